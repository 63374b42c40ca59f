"""Every byte of what we hand out is changed, and each checker must notice. Run by `make mutations`."""
