package web

//go:generate go tool templ generate
//go:generate go run ./build
