package extract

import "strings"

// frontMatterLinesMax bounds how far the closing --- is looked for.
const frontMatterLinesMax = 100

// frontMatter takes a YAML head off the text: a first line ---, then lines key: value, then ---.
func (r *reading) frontMatter(f flow) (front, rest flow) {
	i := 0
	for i < len(f.r) && isSpace(f.r[i]) {
		i++
	}
	if i+3 >= len(f.r) || f.text(i, i+3) != "---" {
		return flow{}, f
	}
	start, keys := i, 0
	for n := 0; n < frontMatterLinesMax; n++ {
		j := i
		for j < len(f.r) && f.r[j] != '\n' {
			j++
		}
		line := strings.TrimSpace(f.text(i, j))
		if n > 0 && line == "---" {
			if keys == 0 {
				return flow{}, f
			}
			return f.cut(start, j), f.cut(j, len(f.r))
		}
		if k, v, ok := strings.Cut(line, ":"); ok && n > 0 {
			keys++
			v = strings.Trim(strings.TrimSpace(v), `'"`)
			switch strings.ToLower(k) {
			case "title":
				r.meta.title = v
			case "author", "publisher", "site":
				r.meta.publisher = v
			case "source":
				r.meta.source = v
			case "date", "published", "pubdate":
				r.meta.date = v
			}
		}
		if j >= len(f.r) {
			break
		}
		i = j + 1
	}
	return flow{}, f
}
