package web

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

type logPage struct {
	Checkpoint   string
	Origin, Key  string
	Size         int64
	Entries      []logLine // newest first
	Newer, Older string    // addresses
	Export       exportView
}

type logLine struct {
	corridorlog.Entry
	Fields []namedValue
	Told   fault.Words
}

// logPage shows the log, the newest entries first; ?before= goes back in it.
func (v *visit) logPage() error {
	if v.wantsFile() {
		return v.logFile()
	}
	p := logPage{Origin: v.s.c.Log.Origin(), Key: v.s.c.Log.PublicKey(), Export: v.exports()}
	var err error
	if p.Size, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	signed, err := v.s.c.Log.Checkpoint(v.ctx())
	if err != nil && fault.KindOf(err) != fault.Unavailable && fault.KindOf(err) != fault.NotFound {
		return err
	}
	p.Checkpoint = string(signed)
	before := p.Size
	if q := v.r.URL.Query(); q.Has("before") {
		before = min(wholeNumber(q.Get("before")), p.Size)
	}
	from := max(before-pageRows, 0)
	page, err := v.s.c.Log.Entries(v.ctx(), from, int(before-from))
	if err != nil {
		return err
	}
	if before == from {
		page = nil
	}
	words := v.packWords()
	for _, e := range slices.Backward(page) {
		p.Entries = append(p.Entries, logLine{e, v.publicFields(e.Kind, e.Fields), words.leaf(e.Kind)})
	}
	at := func(n int64) string { return "/log?" + url.Values{"before": {fmt.Sprint(n)}}.Encode() }
	if before < p.Size {
		p.Newer = at(min(before+pageRows, p.Size))
	}
	if from > 0 {
		p.Older = at(from)
	}
	return v.show("log", v.t("公开日志", "Public log"), p)
}

type logEntryPage struct {
	Entry       corridorlog.Entry
	Told        fault.Words // what it tells of
	Fields      []namedValue
	Leaf, Hash  string
	Size        int64
	Origin, Key string
	File        string  // name of the receipt
	Withdrawn   unit.ID // the leaf that withdraws it
	Case        string  // address of the case, for who may see it
	CaseNo      string
	Redrawn     *redrawn // of the entry of a draw
	Address     string   // of this page
	QR          template.HTML
}

func (v *visit) logEntry() error {
	index, err := strconv.ParseInt(v.r.PathValue("index"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	e, err := v.s.c.Log.Entry(v.ctx(), index)
	if err != nil {
		return err
	}
	p := logEntryPage{Entry: e, Told: v.packWords().leaf(e.Kind), Fields: v.publicFields(e.Kind, e.Fields), Leaf: string(e.Leaf), Hash: tlog.RecordHash(e.Leaf).String(),
		Origin: v.s.c.Log.Origin(), Key: v.s.c.Log.PublicKey(), File: v.s.receiptName(e), Withdrawn: e.WithdrawnBy, Redrawn: redrawnOf(e.Fields)}
	if p.Size, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	if id, ok := caseOf(e.Object); ok {
		if c, err := v.s.c.Cases.Get(v.ctx(), v.who, id); err == nil {
			p.Case, p.CaseNo = casePath(e.Object), c.No
		}
	}
	p.Address = v.site() + v.path()
	if p.QR, err = drawQR(p.Address, v.t("二维码：本条目的地址", "QR code: the address of this entry")); err != nil {
		return err
	}
	v.under("/log", "公开日志", "Public log")
	return v.show("logentry", v.t("日志第 ", "Log entry ")+fmt.Sprint(index)+v.t(" 条", ""), p)
}

// entryPath is the page of a public entry by its receipt; "" where there is none, or while it has no number.
func (v *visit) entryPath(leaf unit.ID) (string, error) {
	if leaf == "" {
		return "", nil
	}
	e, err := v.s.c.Log.ByID(v.ctx(), leaf)
	if err != nil || e.Index < 0 {
		return "", err
	}
	return fmt.Sprintf("/log/entries/%d", e.Index), nil
}

func (s *Server) receiptName(e corridorlog.Entry) string {
	return fmt.Sprintf("%s-%d.receipt.txt", s.c.Node.Code[:min(2, len(s.c.Node.Code))], e.Index)
}

// receipt hands out the proof of a leaf as a file.
func (v *visit) receipt() error {
	b, name, err := v.s.receiptFor(v.ctx(), v.who, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.download(name, "text/plain; charset=utf-8", b)
}

// receiptFor makes a receipt: with what the leaf is about for those who may see that, without it for all others.
func (s *Server) receiptFor(ctx context.Context, who access.Actor, id string) (b []byte, name string, err error) {
	leaf, err := idOf(id)
	if err != nil {
		return nil, "", fault.New(fault.NotFound, "log.no_receipt")
	}
	e, err := s.c.Log.ByID(ctx, leaf)
	if err != nil {
		return nil, "", err
	}
	open := false
	if id, ok := caseOf(e.Object); ok {
		_, err := s.c.Cases.Get(ctx, who, id)
		open = err == nil
	}
	b, err = s.c.Log.Receipt(ctx, leaf, open)
	return b, s.receiptName(e), err
}

func (v *visit) checkpoint() error {
	b, err := v.s.c.Log.Checkpoint(v.ctx())
	if err != nil {
		return err
	}
	return v.plain(b, false)
}

// logKey gives out the keys of the log and of the witness, one a line.
func (v *visit) logKey() error { return v.plain([]byte(v.s.c.Federation.Keys()), false) }

// witness cosigns a neighbour's checkpoint, by C2SP tlog-witness; its statuses are not ours.
func (v *visit) witness() error {
	body, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	a, err := v.s.c.Federation.AddCheckpoint(v.ctx(), body)
	if err != nil {
		return err
	}
	if a.Type != "" {
		v.w.Header().Set("Content-Type", a.Type)
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.WriteHeader(a.Status)
	_, err = v.w.Write(a.Body)
	return err
}

// record is the public record beside a leaf, as it was published; one that was withdrawn is gone.
func (v *visit) record() error {
	r, err := v.s.c.Log.Record(v.ctx(), wholeNumber(v.r.PathValue("index")))
	if err != nil {
		return err
	}
	return v.plain(r.Body, false)
}

// records are public records with what proves each against its leaf, for neighbours that mirror them: ?at=1,2,3, a line of JSON for
// each that is there. Who is given fewer asks again for the rest.
func (v *visit) records() error {
	var at []int64
	for text := range strings.SplitSeq(v.r.URL.Query().Get("at"), ",") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || len(at) == federation.RecordsMax {
			return fault.New(fault.Invalid, "web.records_at", "most", federation.RecordsMax).On("at")
		}
		at = append(at, n)
	}
	all, err := v.s.c.Log.Records(v.ctx(), at, federation.RecordsBytesMax)
	if err != nil {
		return err
	}
	b, err := federation.WriteRecords(all)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/x-ndjson")
	return v.plain(b, false)
}

func (v *visit) tile() error {
	b, err := v.s.c.Log.Tile(v.ctx(), "tile/"+v.r.PathValue("path"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	return v.plain(b, true)
}

// plain answers with bytes for programs; what never changes may be kept for ever.
func (v *visit) plain(b []byte, forEver bool) error {
	h := v.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Cache-Control", "no-cache")
	if forEver {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, err := v.w.Write(b)
	return err
}
