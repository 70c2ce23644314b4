"""What drives the answer, in pictures and on a page; `sdmsim.pictures` has the functions that draw on given axes."""
