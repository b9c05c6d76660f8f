"""The only home of pyHanko: the court's keys, timestamps, and the signatures of a transcript."""
