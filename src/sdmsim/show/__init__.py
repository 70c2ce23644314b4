"""Who sees it? Console tables, pictures, the report, the command line."""
