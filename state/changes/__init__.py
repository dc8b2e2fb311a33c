"""What has changed among the people here: the largest of each minute, what explains a change."""
