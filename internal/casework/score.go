package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	sheetsMax = 100       // sheets of an organisation that are listed, the newest
	scoresMax = 500       // scores of an organisation that are listed, the newest
	sheetMax  = 256 << 10 // bytes of a sheet
	sheetName = "sheet.yaml"
	howScore  = "score" // how a disclosure was read that was scored
)

// ScoreSheet is one edition of the score sheet of an organisation, as it was brought.
type ScoreSheet struct {
	ID     unit.ID
	Org    string
	No     int // 1 for the first of the organisation; it reads by the newest
	Text   []byte
	Digest string // sha256 of the file, hex
	Person unit.ID
	By     string
	At     time.Time
	Read   *scheme.Sheet // nil where this program reads it no more
}

// Score is what the sheet of an organisation made of a disclosure. It holds points and no facts, so that it can be read after the
// consent has ended.
type Score struct {
	ID      unit.ID
	Org     string
	Case    unit.ID
	CaseNo  string
	Sheet   unit.ID
	SheetNo int
	Facts   string // digest of the facts that were read
	Scored  scheme.Scored
	Day     unit.Day
	Person  unit.ID
	By      string
	At      time.Time
}

// mayScore refuses, as not found, whoever does not keep the score sheet of an organisation.
func mayScore(who access.Actor, org string) (mandate string, err error) {
	return access.Mandate(who, access.ScoreManage, access.Scope{Org: org})
}

// CheckSheet says all that is wrong with a score sheet, without keeping it. It refuses whoever does not keep the sheet of the
// organisation, then a file that is too large, then one of another organisation.
func (s *Service) CheckSheet(who access.Actor, org string, text []byte) (*scheme.Sheet, scheme.Problems, error) {
	if _, err := mayScore(who, org); err != nil {
		return nil, nil, err
	}
	return readSheet(org, text)
}

// readSheet reads what was brought as a sheet of an organisation.
func readSheet(org string, text []byte) (*scheme.Sheet, scheme.Problems, error) {
	if len(text) > sheetMax {
		return nil, nil, fault.New(fault.TooLarge, "casework.sheet_large", "kib", sheetMax>>10).On("file")
	}
	sh, problems := scheme.LoadSheet(sheetName, text)
	if len(problems) == 0 && sh.Owner != org {
		return nil, nil, fault.New(fault.Invalid, "casework.sheet_owner", "code", sh.Owner).On("file")
	}
	return sh, problems, nil
}

// KeepSheet keeps a sheet of an organisation, which reads by it from now on. With problems nothing is kept and they are returned; the
// same file twice in a row is refused.
func (s *Service) KeepSheet(ctx context.Context, who access.Actor, org string, text []byte) (kept ScoreSheet, problems scheme.Problems, err error) {
	mandate, err := mayScore(who, org)
	if err != nil {
		return kept, nil, err
	}
	read, problems, err := readSheet(org, text)
	if err != nil {
		return kept, problems, err
	}
	if len(problems) > 0 {
		return kept, problems, fault.New(fault.Invalid, "casework.edition_problems", "n", len(problems)).On("file")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		newest, err := selectSheets(ctx, tx, org, 1)
		if err != nil {
			return err
		}
		kept = ScoreSheet{ID: unit.NewID(tx.Now()), Org: org, No: 1, Text: text, Digest: read.Digest, Person: who.Person, By: who.Name, At: tx.Now(), Read: read}
		if len(newest) > 0 {
			if newest[0].Digest == read.Digest {
				return fault.New(fault.Conflict, "casework.sheet_same", "no", newest[0].No).On("file")
			}
			kept.No = newest[0].No + 1
		}
		if err := insertSheet(ctx, tx, kept); err != nil {
			return fmt.Errorf("keep score sheet %d of %s: %w", kept.No, org, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "sheet.keep", Object: "sheet/" + string(kept.ID), Region: unit.Region(s.c.Self), Mandate: mandate, Detail: "sha256 " + kept.Digest})
	})
	return kept, nil, err
}

// Sheets lists the score sheets of an organisation, the newest first, for its own people alone.
func (s *Service) Sheets(ctx context.Context, who access.Actor, org string) (out []ScoreSheet, err error) {
	if _, err := mayScore(who, org); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectSheets(ctx, tx, org, sheetsMax)
		return err
	})
	for i := range out {
		out[i].read()
	}
	return out, err
}

// read compiles a sheet as it was kept.
func (x *ScoreSheet) read() {
	if sh, problems := scheme.LoadSheet(sheetName, x.Text); len(problems) == 0 {
		x.Read = sh
	}
}

// Sheet finds one sheet, for the people of whose it is; to others it does not exist.
func (s *Service) Sheet(ctx context.Context, who access.Actor, id unit.ID) (x ScoreSheet, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		found, there, err := selectSheet(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, no := mayScore(who, found.Org); !there || no != nil {
			return fault.New(fault.NotFound, "casework.score_none")
		}
		x = found
		x.read()
		return nil
	})
	return x, err
}

// Scores lists what an organisation read by its sheets, the newest first, for its own people alone.
func (s *Service) Scores(ctx context.Context, who access.Actor, org string) (out []Score, err error) {
	if _, err := mayScore(who, org); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectScores(ctx, tx, org)
		return err
	})
	return out, err
}

// OneScore finds one score, for the people of the organisation that made it; to others it does not exist.
func (s *Service) OneScore(ctx context.Context, who access.Actor, id unit.ID) (x Score, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		found, there, err := selectScore(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, no := mayScore(who, found.Org); !there || no != nil {
			return fault.New(fault.NotFound, "casework.score_none")
		}
		x = found
		return nil
	})
	return x, err
}

// ScoreView is how the score of a case stands for an organisation that is shown its facts.
type ScoreView struct {
	Org   string
	Sheet bool   // it has a sheet
	Score *Score // the newest that it made of the case; nil: none yet
}

// ScoreHere says how the score of a case stands for the organisation for which somebody reads what the case discloses. ok is false
// for whoever reads it for none that keeps a sheet: the firm, a desk.
func (s *Service) ScoreHere(ctx context.Context, who access.Actor, id unit.ID) (v ScoreView, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		v, ok = ScoreView{}, false
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		f, discloses := sch.Disclosure()
		if !discloses {
			return nil
		}
		if _, v.Org, ok = s.scorer(sch, c, who, f); !ok {
			return nil
		}
		sheets, err := selectSheets(ctx, tx, v.Org, 1)
		if err != nil {
			return err
		}
		x, there, err := selectScoreOf(ctx, tx, id, v.Org)
		if v.Sheet = len(sheets) > 0; there {
			v.Score = &x
		}
		return err
	})
	return v, ok, err
}

// scorer is the role and the organisation for which somebody reads a disclosure and keeps a sheet.
func (s *Service) scorer(sch *scheme.Scheme, c Case, who access.Actor, f scheme.Field) (by reader, org string, ok bool) {
	for _, by := range s.disclosureReaders(sch, c, who, f) {
		org := orgOfGrant(who, by.mandate)
		if sch.Desk(by.role) || org == "" || org == c.Org {
			continue
		}
		if _, err := mayScore(who, org); err == nil {
			return by, org, true
		}
	}
	return reader{}, "", false
}

// Score reads what a case discloses by the newest sheet of the organisation for which somebody reads it, and keeps what came out, with
// the day and the digest of the facts. It is a reading as others are: the firm sees that there was one, and never what it gave. The
// order of refusals: the case is not to be seen, it discloses nothing, not for this reader, not made yet, over, no sheet.
func (s *Service) Score(ctx context.Context, who access.Actor, id unit.ID) (x Score, err error) {
	if err := access.MaySomewhere(who, access.ScoreManage); err != nil {
		return x, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, f, err := s.seenDisclosing(ctx, tx, who, id)
		if err != nil {
			return err
		}
		by, org, ok := s.scorer(sch, c, who, f)
		if !ok {
			return fault.New(fault.Denied, "casework.disclosure_not_for_you")
		}
		row, made, err := selectDisclosed(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("disclosure of case %s: %w", c.No, err)
		}
		d, err := s.disclosure(ctx, tx, who, sch, c, f, row, made)
		if err != nil {
			return err
		}
		if err := s.stillShown(d); err != nil {
			return err
		}
		sheets, err := selectSheets(ctx, tx, org, 1)
		if err != nil {
			return err
		}
		if len(sheets) == 0 {
			return fault.New(fault.Conflict, "casework.sheet_none")
		}
		if x, err = s.scoreBy(sheets[0], d, s.today(tx.Now())); err != nil {
			return err
		}
		x.ID, x.Person, x.By, x.At = unit.NewID(tx.Now()), who.Person, who.Name, tx.Now()
		if err := insertScore(ctx, tx, x); err != nil {
			return fmt.Errorf("score of case %s: %w", c.No, err)
		}
		return s.writeRead(ctx, tx, who, c, row, by, howScore)
	})
	return x, err
}

// scoreBy reads a disclosure by a sheet.
func (s *Service) scoreBy(sheet ScoreSheet, d Disclosure, today unit.Day) (x Score, err error) {
	sheet.read()
	if sheet.Read == nil {
		return x, fault.New(fault.Conflict, "casework.sheet_unread", "no", sheet.No)
	}
	x = Score{Org: sheet.Org, Case: d.Case.ID, CaseNo: d.Case.No, Sheet: sheet.ID, SheetNo: sheet.No, Facts: d.Digest, Day: today}
	x.Scored, err = sheet.Read.Score(shownFactsOf(d, today))
	return x, err
}
