package fault

import "fmt"

// Count is a number with what is counted, in both languages: English has two forms, Chinese one. n is any whole number, or one
// that is already written; "1" alone takes the form for one.
func Count(n any, zh, one, many string) Words {
	text := fmt.Sprint(n)
	w := Counted(n, zh, one, many)
	return Words{text + " " + w[0], text + " " + w[1]}
}

// Counted is what is counted, without its number, where the number is written elsewhere.
func Counted(n any, zh, one, many string) Words {
	if fmt.Sprint(n) != "1" {
		one = many
	}
	return Words{zh, one}
}
