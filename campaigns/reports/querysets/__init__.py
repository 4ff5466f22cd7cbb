"""All SQL of the reports. It only reads, and counts no events one by one."""
