"""The only home of SQL and of files that the application keeps."""
