"""What is said in several files for hosts agrees: Dockerfile, compose file, configurations of proxies, settings."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from hosting.rehearse import ignore_rules, is_ignored, read_steps

ROOT = Path(__file__).resolve().parents[1]
STEPS = read_steps(ROOT / "Dockerfile")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
APP = COMPOSE["services"]["app"]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def texts(name: str) -> list[str]:
    return [step.text for step in STEPS if step.name == name]


def variables() -> dict[str, str]:
    return dict(word.split("=", 1) for step in STEPS if step.name == "ENV" for word in step.words)


PORT = variables()["STREAMLIT_SERVER_PORT"]


def test_the_image_has_the_oldest_python_which_ci_tests_and_the_debian_of_the_packages():
    assert texts("FROM") == [f"python:{PROJECT['requires-python'].removeprefix('>=')}-slim-bookworm"]


def test_the_image_has_the_debian_packages_and_the_requirements_of_the_other_hosts():
    [system] = [text for text in texts("RUN") if "apt-get install" in text]
    assert "xargs --arg-file=packages.txt apt-get install" in system
    [python] = [text for text in texts("RUN") if text.startswith("pip install")]
    assert python.endswith("-r requirements.txt")


def test_the_app_is_run_by_no_privileged_user_after_the_last_step_that_needs_one():
    names = [step.name for step in STEPS]
    assert texts("USER") == ["1000:1000"]
    assert not {"RUN", "COPY"} & set(names[names.index("USER") :])


def test_all_ports_are_that_of_the_app():
    assert texts("EXPOSE") == [PORT]
    assert f":{PORT}/_stcore/health" in texts("HEALTHCHECK")[0]
    assert APP["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert COMPOSE["services"]["caddy"]["environment"]["POSECORE_SERVERS"] == f"app:{PORT}"
    assert f"server 127.0.0.1:{PORT};" in (ROOT / "hosting" / "nginx.conf").read_text("utf-8")
    assert f"STREAMLIT_SERVER_PORT={PORT} " in (ROOT / "hosting" / "posecore.service").read_text("utf-8")
    _, front_matter, _ = (ROOT / "hosting" / "huggingface.md").read_text("utf-8").split("---\n")
    assert yaml.safe_load(front_matter)["app_port"] == int(PORT)


def test_the_container_can_write_only_to_its_volumes_and_has_no_privileges():
    assert APP["read_only"] is True
    assert APP["cap_drop"] == ["ALL"]
    assert APP["security_opt"] == ["no-new-privileges:true"]
    assert APP["mem_limit"]
    written = {volume.split(":")[1] for volume in APP["volumes"] if not volume.endswith(":ro")}
    assert written == {variables()["HOME"], "/tmp"}


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_each_service_has_limits_and_the_volumes_that_it_names(name):
    service = COMPOSE["services"][name]
    assert service["mem_limit"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (name == "app") == ("profiles" not in service), "only the app is started without being asked for"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or source == "./secrets" or (ROOT / source).is_file()


def test_nothing_but_the_app_gets_into_the_image():
    rules = ignore_rules(ROOT / ".dockerignore")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("this is no clone with git")
    let_in = {path for path in tracked if not is_ignored(path, rules)}
    copied = {source for text in texts("COPY") for source in text.split()[:-1]}
    files = copied - {"pages", "posecore"}
    assert let_in == files | {path for path in tracked if path.startswith(("pages/", "posecore/"))}


def test_the_image_has_the_texts_that_pages_show():
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "pages").rglob("*.py"))
    shown = set(re.findall(r'"([\w-]+\.md)"', sources))
    assert shown
    assert shown == {Path(source).name for text in texts("COPY") for source in text.split()[:-1] if ".md" in source}


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".env",
        ".streamlit/secrets.toml",
        "secrets/secrets.toml",
        ".venv/bin/python",
        "build/image",
        "node_modules/x.js",
        "pages/__pycache__/home.pyc",
        "posecore/runs/__pycache__/pool.pyc",
    ],
)
def test_secrets_history_and_left_overs_stay_out(path):
    assert is_ignored(path, ignore_rules(ROOT / ".dockerignore"))


def test_proxies_let_uploads_through_that_the_app_takes():
    most_mb = CONFIG["server"]["maxUploadSize"]
    [nginx] = re.findall(r"client_max_body_size (\d+)m;", (ROOT / "hosting" / "nginx.conf").read_text("utf-8"))
    [caddy] = re.findall(r"max_size (\d+)MiB", (ROOT / "hosting" / "Caddyfile").read_text("utf-8"))
    assert most_mb < int(nginx) < 1.1 * most_mb
    assert most_mb < int(caddy) < 1.1 * most_mb
