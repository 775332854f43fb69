"""Pages and contents of the older spelling."""
