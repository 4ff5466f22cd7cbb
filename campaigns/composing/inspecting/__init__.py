"""What a mail tells its sender about its reader: found in the source of any mail."""
