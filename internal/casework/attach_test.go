package casework_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/casework"
	"corridor/internal/files"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// withFiles is the same node whose scheme also asks for a report.
func (w *world) withFiles() *casework.Service {
	const dir = "cn-340000/voucher/2026"
	all := fstest.MapFS{}
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml", "README.md"} {
		b, err := schemes.FS.ReadFile(dir + "/" + name)
		w.must(err)
		if name == "form.yaml" {
			b = append(b, "  - words: [附件, Files]\n    fields:\n      reports: {type: files, by: applicant, zh: 报告, en: Reports}\n"...)
		}
		all[dir+"/"+name] = &fstest.MapFile{Data: b}
	}
	pack, problems := scheme.Load(all, dir)
	if len(problems) > 0 {
		w.t.Fatal(problems[0])
	}
	store, err := files.New(files.Config{DB: w.db, Dir: w.t.TempDir()})
	w.must(err)
	reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	w.must(err)
	s, err := casework.New(casework.Config{DB: w.db, Access: w.access, Registry: reg, Ledger: w.ledger, Log: w.log, Files: store,
		Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(), Node: "34", Schemes: []*scheme.Scheme{pack}})
	w.must(err)
	return s
}

func TestAFieldNamesOnlyFilesThatWereBroughtIntoItsCase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, s := context.Background(), w.withFiles()
		one, err := s.Create(ctx, firm, "voucher", small, "")
		w.must(err)
		two, err := s.Create(ctx, firm, "voucher", small, "")
		w.must(err)
		a, err := s.Attach(ctx, firm, one.ID, "../报告.pdf", strings.NewReader("content"))
		w.must(err)
		again, err := s.Attach(ctx, firm, one.ID, "other.pdf", strings.NewReader("content"))
		w.must(err)
		if a.Name != "报告.pdf" || a.Size != 7 || a.Used || again != a {
			t.Errorf("brought in %+v, then %+v", a, again)
		}

		_, err = s.Attach(ctx, reviewer, one.ID, "x", strings.NewReader("x"))
		code(t, err, "casework.no_file_field")
		_, err = s.Attach(ctx, big, one.ID, "x", strings.NewReader("x"))
		code(t, err, "casework.unknown")
		_, err = s.Attach(ctx, firm, one.ID, "x", strings.NewReader(""))
		code(t, err, "files.empty")

		fields := map[string]string{"reports": string(a.Digest)}
		_, err = s.Save(ctx, firm, two.ID, 0, fields)
		code(t, err, "casework.file_unknown")
		_, err = s.Save(ctx, firm, one.ID, 0, fields)
		w.must(err)
		third, err := s.Create(ctx, firm, "voucher", small, "")
		w.must(err)
		if b, err := s.Attach(ctx, firm, third.ID, "again.pdf", strings.NewReader("content")); err != nil || !b.Used || b.Scanned {
			t.Errorf("a file that another case has: %+v, %v", b, err)
		}

		if _, content, err := s.Attachment(ctx, reviewer, one.ID, a.Digest); err != nil || string(content) != "content" {
			t.Errorf("read back %q, %v", content, err)
		}
		_, _, err = s.Attachment(ctx, firm, two.ID, a.Digest)
		code(t, err, "casework.file_unknown")
		_, _, err = s.Attachment(ctx, stranger, one.ID, a.Digest)
		code(t, err, "casework.unknown")
	})
}
