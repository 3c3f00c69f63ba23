"""What is known of laws, companies, authorities and rulings: files, read and checked."""
