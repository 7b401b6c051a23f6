"""What the book's chapter 5 shows in numbers: costs, exact figures, and exercises that run here."""
