"""The older spelling."""
