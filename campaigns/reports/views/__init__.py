"""Pages, fragments and files of the reports room."""
