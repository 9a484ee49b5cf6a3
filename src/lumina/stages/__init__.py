"""One small file per stage; each turns pictures into results and knows no other stage."""
