"""What a page shows, worked out before the template: values only, no queries in templates."""
