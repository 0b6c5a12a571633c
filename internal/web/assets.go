package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"corridor/internal/access"
	"corridor/internal/fault"
)

//go:embed static
var staticFiles embed.FS

//go:embed style/*.css
var styleFiles embed.FS

// asset is one of our own files as it is served: whole and packed, both made once.
type asset struct {
	name, kind    string
	whole, packed []byte
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s*\n\s*`)
)

// styleSheet joins the parts of style/ in the order of their names. What they say to us, and the room they take for it, is
// left out: there is one stylesheet, and a browser keeps it for ever.
func styleSheet() ([]byte, error) {
	names, err := fs.Glob(styleFiles, "style/*.css")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, name := range names {
		part, err := styleFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		b.Write(cssSpace.ReplaceAll(cssComment.ReplaceAll(part, nil), []byte("\n")))
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// allAssets are our own files, by the address that changes with their content; addresses are theirs by name.
var allAssets = sync.OnceValues(func() (map[string]asset, error) {
	style, err := styleSheet()
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{"look.css": style}
	err = fs.WalkDir(staticFiles, "static", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found[strings.TrimPrefix(at, "static/")], err = staticFiles.ReadFile(at)
		return err
	})
	out := map[string]asset{}
	for name, b := range found {
		sum := sha256.Sum256(b)
		out["/static/"+hex.EncodeToString(sum[:6])+"/"+name] = asset{name, mime.TypeByExtension(path.Ext(name)), b, pack(b, gzip.BestCompression)}
	}
	return out, err
})

// files serves our own style, script and pictures, under addresses that change with their content.
func (s *Server) files() error {
	all, err := allAssets()
	if err != nil {
		return err
	}
	s.assets = map[string]string{}
	for at, a := range all {
		s.assets[a.name] = at
	}
	s.page("GET", "/static/{digest}/{name}", access.HomeRead, func(v *visit) error {
		a, ok := all[v.r.URL.Path]
		if !ok {
			return fault.New(fault.NotFound, "web.no_page")
		}
		h := v.w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		return v.text(a.whole, a.packed)
	})
	return nil
}

// packFrom is the size in bytes from which a page is worth packing.
const packFrom = 2 << 10

// writePage writes a page, packed where the browser asks for it. A page carries no secret that another site could guess at by
// the length of the answer: forms have no token, a request from elsewhere is refused by where it comes from, and the session
// is in a cookie that no other site's request carries.
func (v *visit) writePage(b []byte) error {
	if len(b) < packFrom || !v.unpacks() {
		return v.text(b, nil)
	}
	packed := buffer()
	defer giveBuffer(packed)
	packInto(packed, b, gzip.BestSpeed)
	return v.text(b, packed.Bytes())
}

// text writes an answer, packed where there is a packed one and the browser asks for it.
func (v *visit) text(whole, packed []byte) error {
	h := v.w.Header()
	h.Add("Vary", "Accept-Encoding")
	if packed != nil && v.unpacks() {
		h.Set("Content-Encoding", "gzip")
		whole = packed
	}
	h.Set("Content-Length", strconv.Itoa(len(whole)))
	if v.code != 0 {
		v.w.WriteHeader(v.code)
	}
	_, err := v.w.Write(whole)
	return err
}

func (v *visit) unpacks() bool {
	for _, one := range strings.Split(v.r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

var packers = [gzip.BestCompression + 1]sync.Pool{}

func pack(b []byte, level int) []byte {
	var out bytes.Buffer
	packInto(&out, b, level)
	return out.Bytes()
}

func packInto(out *bytes.Buffer, b []byte, level int) {
	w, _ := packers[level].Get().(*gzip.Writer)
	if w == nil {
		w, _ = gzip.NewWriterLevel(out, level) // the levels above are known to be good
	} else {
		w.Reset(out)
	}
	_, _ = w.Write(b) // into memory: it does not fail
	_ = w.Close()
	packers[level].Put(w)
}
