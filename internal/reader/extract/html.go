package extract

import (
	"bytes"
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
)

const (
	// tokenBytesMax bounds one tag or one run of raw text; longer ones end the page there.
	tokenBytesMax = 8 << 20
	// depthMax bounds how deep open noise elements are followed; deeper nesting keeps the outer verdict.
	depthMax = 512
)

// meta is what a page or a front matter says about its article.
type meta struct {
	title, publisher, date, source string
}

// page is a saved HTML page as blocks; each knows the bytes it came from, markup left out.
type page struct {
	blocks []block
	noise  []Noise
	meta   meta
}

// blockTags end the running block, inline tags do not: a name cut by a link stays one name.
var blockTags = map[string]bool{"p": true, "div": true, "br": true, "hr": true, "li": true, "ul": true, "ol": true, "dl": true, "dt": true, "dd": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "tr": true, "table": true, "tbody": true, "thead": true, "section": true,
	"article": true, "header": true, "footer": true, "nav": true, "aside": true, "main": true, "blockquote": true, "pre": true, "form": true,
	"title": true, "body": true, "html": true, "head": true, "figure": true, "figcaption": true, "option": true, "select": true, "button": true,
	"center": true, "address": true, "fieldset": true, "caption": true, "iframe": true, "textarea": true}

// rawTags hold no text of the article.
var rawTags = map[string]bool{"script": true, "style": true, "noscript": true, "svg": true, "template": true, "iframe": true, "textarea": true, "object": true}

// noiseTags are elements whose name says that they are not the article.
var noiseTags = map[string]NoiseKind{"nav": NoiseNavigation, "footer": NoiseNavigation, "aside": NoiseRelated, "form": NoiseNavigation,
	"select": NoiseNavigation, "button": NoiseNavigation}

// noiseClasses are words in class or id that say the same.
var noiseClasses = []struct {
	word string
	kind NoiseKind
}{
	{"breadcrumb", NoiseNavigation}, {"crumb", NoiseNavigation}, {"navbar", NoiseNavigation}, {"menu", NoiseNavigation}, {"topnav", NoiseNavigation},
	{"footer", NoiseNavigation}, {"sidebar", NoiseRelated}, {"related", NoiseRelated}, {"recommend", NoiseRelated}, {"hotnews", NoiseRelated},
	{"share", NoiseShare}, {"social", NoiseShare}, {"qrcode", NoiseAdvert}, {"qr_", NoiseAdvert}, {"appendqr", NoiseAdvert}, {"advert", NoiseAdvert},
	{"adsbygoogle", NoiseAdvert}, {"banner", NoiseAdvert}, {"comment", NoiseComments}, {"copyright", NoiseCopyright}, {"disclaimer", NoiseCopyright},
	{"article-editor", NoiseEditor}, {"pagination", NoiseNavigation}, {"prevnext", NoiseNavigation}, {"login", NoiseNavigation},
}

func classNoise(value string) NoiseKind {
	v := strings.ToLower(value)
	if v == "nav" || strings.HasPrefix(v, "nav ") || strings.HasPrefix(v, "nav-") {
		return NoiseNavigation
	}
	for _, c := range noiseClasses {
		if strings.Contains(v, c.word) {
			return c.kind
		}
	}
	return ""
}

// openNoise is an element on the way down whose contents are not the article.
type openNoise struct {
	tag   string
	depth int // elements of the same name open inside it
	kind  NoiseKind
}

// parseHTML reads markup out of a flow of the decoded file. The tokenizer sees UTF-8 made from the flow; index maps
// each of its bytes back to the character.
func parseHTML(f flow) page {
	f = f.placed()
	src, index := utf8Of(f)
	z := nethtml.NewTokenizer(bytes.NewReader(src))
	z.SetMaxBuf(tokenBytesMax)
	var p page
	cur := block{flow: newFlow(0), tag: "p"}
	arena := newFlow(len(f.r))
	from := 0
	var stack []openNoise
	raw, link := "", 0
	tag := "p"
	list := 0
	flush := func() {
		t := arena.cut(from, len(arena.r)).trim()
		from = len(arena.r)
		if t.len() > 0 {
			cur.flow, cur.tag, cur.lists = t, tag, list > 0
			if len(stack) > 0 {
				cur.noise = stack[0].kind
			}
			p.blocks = append(p.blocks, cur)
		}
		cur = block{}
	}
	pos := 0
	for {
		tt := z.Next()
		if tt == nethtml.ErrorToken {
			break
		}
		n := len(z.Raw())
		start := pos
		pos += n
		switch tt {
		case nethtml.CommentToken:
			p.noise = append(p.noise, Noise{f.byteSpan(index, start, pos), NoiseMarkup})
		case nethtml.TextToken:
			if raw != "" {
				p.noise = append(p.noise, Noise{f.byteSpan(index, start, pos), NoiseMarkup})
				continue
			}
			before := len(arena.r)
			arena.addText(f, src, index, start, pos)
			if link > 0 {
				cur.links += len(arena.r) - before
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			nameB, more := z.TagName()
			name := string(nameB)
			open := tt == nethtml.StartTagToken
			if rawTags[name] {
				if open {
					raw = name
				} else if raw == name {
					raw = ""
				}
				continue
			}
			if blockTags[name] {
				flush()
				if open && name != "br" {
					tag = name
				} else if name != "br" {
					tag = "p"
				}
			} else if name == "td" || name == "th" {
				if len(arena.r) > from {
					arena.add('\t', f.begin(int(index[start])), 1)
				}
			}
			if name == "li" {
				if open {
					list++
				} else if list > 0 {
					list--
				}
			}
			if name == "a" {
				if open {
					link = 1
				} else {
					link = 0
				}
			}
			kind := noiseTags[name]
			if more && tt != nethtml.EndTagToken {
				attrs := map[string]string{}
				for more {
					var k, v []byte
					k, v, more = z.TagAttr()
					attrs[string(k)] = string(v)
				}
				if kind == "" && blockTags[name] && name != "body" && name != "html" {
					if kind = classNoise(attrs["class"]); kind == "" {
						kind = classNoise(attrs["id"])
					}
				}
				if name == "meta" {
					p.meta.take(attrs)
				}
			}
			if blockTags[name] && name != "br" && name != "hr" {
				stack = follow(stack, name, open, kind)
			}
		}
	}
	flush()
	return p
}

// follow keeps the stack of open noise elements: only the outermost matters, and its namesakes inside it are counted.
func follow(stack []openNoise, name string, open bool, kind NoiseKind) []openNoise {
	if len(stack) > 0 {
		top := &stack[0]
		if top.tag != name {
			return stack
		}
		if open {
			if top.depth < depthMax {
				top.depth++
			}
			return stack
		}
		if top.depth--; top.depth < 0 {
			return stack[:0]
		}
		return stack
	}
	if open && kind != "" {
		return append(stack, openNoise{name, 0, kind})
	}
	return stack
}

// take reads a meta element; the names are those that Chinese government and news pages use.
func (m *meta) take(a map[string]string) {
	key := strings.ToLower(a["name"] + a["property"])
	v := strings.TrimSpace(a["content"])
	if v == "" {
		return
	}
	set := func(p *string) {
		if *p == "" {
			*p = v
		}
	}
	switch key {
	case "og:title", "articletitle", "title":
		set(&m.title)
	case "contentsource", "source", "mediaid":
		set(&m.source)
	case "og:site_name", "sitename", "author":
		set(&m.publisher)
	case "pubdate", "publishdate", "article:published_time", "og:published_time", "date", "weibo: article:create_at":
		set(&m.date)
	}
}

// utf8Of returns the flow as UTF-8 and, for each byte, the index of its character.
func utf8Of(f flow) ([]byte, []uint32) {
	src := make([]byte, 0, len(f.r)*2)
	index := make([]uint32, 0, len(f.r)*2)
	for i, r := range f.r {
		n := len(src)
		src = append(src, string(r)...)
		for range len(src) - n {
			index = append(index, uint32(i))
		}
	}
	return src, append(index, uint32(len(f.r)))
}

func (f flow) byteSpan(index []uint32, start, end int) Span {
	return f.span(int(index[start]), int(index[end-1])+1)
}

// addText appends the text [start, end) with its entities resolved; an entity is one character as wide as it is written.
func (f *flow) addText(src flow, b []byte, index []uint32, start, end int) {
	for i := start; i < end; {
		c := int(index[i])
		if b[i] == '&' {
			j := i + 1
			for j < end && j-i < 34 && b[j] != ';' && b[j] != '&' && b[j] != ' ' {
				j++
			}
			if j < end && b[j] == ';' {
				s := []rune(html.UnescapeString(string(b[i : j+1])))
				if len(s) == 1 {
					last := int(index[j])
					f.add(s[0], src.begin(c), src.stop(last)-src.begin(c))
					i = j + 1
					continue
				}
			}
		}
		r := src.r[c]
		if r == '\n' || r == '\r' || r == '\t' {
			r = ' '
		}
		f.add(r, src.begin(c), src.stop(c)-src.begin(c))
		for i < end && int(index[i]) == c {
			i++
		}
	}
}
