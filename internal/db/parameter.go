package db

import (
	"strconv"
	"strings"
)

// unnamed writes the parameters $1, $2 … of a statement as ?, where each stands once and in order. To SQLite $1 is a
// name, and the driver looks every name up in a list: a statement of a thousand parameters spends half its time so. A
// statement of another form is returned as it is. Texts, quoted names and comments are left alone.
func unnamed(query string) string {
	var out strings.Builder
	next := 1
	name := false // whether the character before belongs to a name, of which $ may be a part
	for i := 0; i < len(query); {
		n := quoted(query[i:])
		if n == 0 && query[i] == '$' {
			if name {
				return query
			}
			digits := 1
			for i+digits < len(query) && '0' <= query[i+digits] && query[i+digits] <= '9' {
				digits++
			}
			if query[i+1:i+digits] != strconv.Itoa(next) || i+digits < len(query) && (inName(query[i+digits]) || query[i+digits] == '(') {
				return query
			}
			next++
			out.WriteByte('?')
			i += digits
			name = false
			continue
		}
		if n == 0 && query[i] == '?' {
			return query
		}
		name = n == 0 && inName(query[i])
		n = max(n, 1)
		out.WriteString(query[i : i+n])
		i += n
	}
	return out.String()
}

// inName says whether a character may belong to a name.
func inName(c byte) bool {
	return c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_$:@#", c) >= 0
}

// quoted is the length of the text, quoted name or comment that a statement goes on with, and 0 where there is none.
func quoted(s string) int {
	opens := func(a, b string) int {
		if !strings.HasPrefix(s, a) {
			return 0
		}
		if end := strings.Index(s[len(a):], b); end >= 0 {
			return len(a) + end + len(b)
		}
		return len(s)
	}
	for _, q := range [...][2]string{{"'", "'"}, {`"`, `"`}, {"`", "`"}, {"[", "]"}, {"--", "\n"}, {"/*", "*/"}} {
		if n := opens(q[0], q[1]); n > 0 {
			return n
		}
	}
	return 0
}
