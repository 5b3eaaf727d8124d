"""From a document of prose to the draft of a plan: text, outline, quantities, subjects, zones."""
