package extract

// block is one line of a text or one block element of a page, with what its surroundings say about it.
type block struct {
	flow
	tag   string    // p, h1…h6, li, tr, title, line
	noise NoiseKind // set where markup already says that this is not the article
	links int       // characters inside links
	lists bool      // inside a list item
	blank int       // blank lines before it

	signs   uint8 // what characters are in it, as signsOf has it
	heading bool  // a heading inside an article
	row     bool  // of a table
	twice   bool  // printed twice over, as titles are
}

// gaps says whether a block can be a row of cells: something in it can stand between two.
func (b *block) gaps() bool { return b.signs&(sBlank|sWideBlank|sStroke) != 0 }

// Kinds of noise, in words that an officer would use.
type NoiseKind string

const (
	NoiseFrontMatter NoiseKind = "front_matter"
	NoiseMarkup      NoiseKind = "markup"     // comments, styles and scripts
	NoiseNavigation  NoiseKind = "navigation" // menus, breadcrumbs, footers' links
	NoiseMeta        NoiseKind = "meta"       // time, source, clicks
	NoiseTitle       NoiseKind = "title"      // the title said again
	NoiseEditor      NoiseKind = "editor"
	NoiseCopyright   NoiseKind = "copyright"
	NoiseShare       NoiseKind = "share"
	NoiseAdvert      NoiseKind = "advertisement"
	NoiseRelated     NoiseKind = "related" // recommendations
	NoiseComments    NoiseKind = "comments"
	NoiseImage       NoiseKind = "image"
	NoiseSpam        NoiseKind = "spam"
	NoiseByline      NoiseKind = "byline"
	NoiseOther       NoiseKind = "other"
)

// lines cuts a flow into blocks at line ends; blank lines are counted, not kept.
func lines(f flow) []block {
	var out []block
	start, blanks := 0, 0
	flush := func(end int) {
		t := f.cut(start, end).trim()
		if t.len() == 0 {
			blanks++
		} else {
			out = append(roomFor(out), block{flow: t, tag: "line", blank: blanks})
			blanks = 0
		}
	}
	for i, r := range f.r {
		if r >= 0x20 && r != 0x2028 && r != 0x2029 {
			continue
		}
		if r == '\n' || r == '\r' && (i+1 == len(f.r) || f.r[i+1] != '\n') || r == '\f' || r == 0x2028 || r == 0x2029 {
			flush(i)
			start = i + 1
		}
	}
	flush(len(f.r))
	return out
}
