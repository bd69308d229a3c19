"""What moves overall satisfaction most: the `answers` with what may have moved them, and the table `driver`."""
