"""What a server needs for its visitors, whatever the page: addresses, files, jobs, limits. No page is drawn here."""
