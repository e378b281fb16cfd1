# The app in a container; docs/hosting.md says how to run it. hosting/rehearse.py goes through these lines without Docker.
FROM python:3.11-slim-bookworm
WORKDIR /app

COPY packages.txt requirements.txt ./
RUN apt-get update && xargs --arg-file=packages.txt apt-get install --yes --no-install-recommends && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir -r requirements.txt

COPY .streamlit/config.toml .streamlit/config.toml
COPY streamlit_app.py PRIVACY.md ./
COPY docs/trust.md docs/trust.md
COPY pages pages
COPY posecore posecore
RUN python -m compileall -q streamlit_app.py pages posecore

# All that is kept is in /data, and what visitors upload is in /tmp: everything else may be read-only. Any user may write
# there, since some hosts choose one themselves.
RUN mkdir --mode=0777 /data
ENV HOME=/data PYTHONDONTWRITEBYTECODE=1
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_SERVER_PORT=8501 STREAMLIT_SERVER_HEADLESS=true
USER 1000:1000
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=9)"]
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py"]
