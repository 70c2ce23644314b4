"""The planner's page in a browser, on this computer only (extra `app`)."""
