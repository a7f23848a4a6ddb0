module meshlift/lab/reviews

go 1.26.0
