"""Pictures and words of what drives the answer."""
