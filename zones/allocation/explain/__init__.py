"""Why an allocation is as it is: reasons, repairs, trade-offs, sentences."""
