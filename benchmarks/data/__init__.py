"""What it costs to bring a share's data to a notebook, beside rclone as it is by itself."""
