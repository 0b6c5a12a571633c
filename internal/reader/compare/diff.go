package compare

import "strings"

// Change is a paragraph of two editions. Old is "" for what is new, New is "" for what was taken out; paragraphs that
// stayed are not listed.
type Change struct {
	Old string `json:"old"`
	New string `json:"new"`
}

const (
	diffMax   = 2000 // paragraphs of a text that are compared
	likeEnded = 0.4  // from which on a paragraph is one that was changed, and not another
)

// Changes lists what differs between two editions, in the order of the newer one.
func Changes(old, new Text) []Change {
	a, b := kept(old), kept(new)
	// Longest common subsequence over whole paragraphs.
	length := make([][]int32, len(a)+1)
	for i := range length {
		length[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].key == b[j].key {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var out []Change
	var gone, come []paragraph
	flush := func() {
		for len(gone) > 0 || len(come) > 0 {
			switch {
			case len(gone) > 0 && len(come) > 0 && dice(pairs(gone[0].key), pairs(come[0].key)) >= likeEnded:
				out = append(out, Change{gone[0].text, come[0].text})
				gone, come = gone[1:], come[1:]
			case len(come) == 0 || len(gone) > 0 && len(gone) >= len(come):
				out = append(out, Change{Old: gone[0].text})
				gone = gone[1:]
			default:
				out = append(out, Change{New: come[0].text})
				come = come[1:]
			}
		}
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i].key == b[j].key:
			flush()
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			gone = append(gone, a[i])
			i++
		default:
			come = append(come, b[j])
			j++
		}
	}
	flush()
	return out
}

type paragraph struct{ key, text string }

func kept(t Text) (all []paragraph) {
	for _, p := range t.Paragraphs {
		if key := plain(p); key != "" && len(all) < diffMax {
			all = append(all, paragraph{key, strings.TrimSpace(p)})
		}
	}
	return all
}
