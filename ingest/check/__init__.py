"""What a configuration opens, keeps and trusts, in sentences: for the command ``check`` alone."""
