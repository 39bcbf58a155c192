"""Every read of alerts. The project is the first argument, or the user who may see several."""
