package usage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// directions are serviceDirection of the national record.
var directions = map[string]fault.Words{"135": {"科学研究", "research"}, "136": {"技术开发", "development"}, "137": {"教学", "teaching"}, "138": {"其他", "other"}}

// Directions are the codes of what instruments are used for, with their words.
func Directions() map[string]fault.Words { return directions }

// RecordHead are the fields of a service record in the order of the file, as the national network platform names them.
var RecordHead = []string{"recordInnerId", "insCode", "innerId", "amounts", "serviceTime", "startTime", "endTime", "serviceContent", "serviceWay", "serviceAmount",
	"subjectName", "applicantUnit", "serviceType", "serviceDirection"}

// Record is one service record, or why it cannot be one yet.
type Record struct {
	Run     Run
	Cells   []string
	Lacking []string // fields that the platform asks for and that are not known
}

// Records are the service records of a month: the runs that count, inside and outside, that the platform has not taken. State
// "" is those unsent, "failed" those that it refused.
func (s *Service) Records(ctx context.Context, who access.Actor, owner, month, state string) (out []Record, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	m, err := s.MonthOf(month)
	if err != nil {
		return nil, err
	}
	if state == "" {
		state = "unsent"
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := selectRuns(ctx, tx, Query{Owner: owner, Record: state}, m.From, m.To, 0, rowsMax)
		if err != nil {
			return err
		}
		known := map[unit.ID]Instrument{}
		for _, r := range all {
			if r.Class != Inside && r.Class != Outside {
				continue
			}
			i, ok := known[r.Instrument]
			if !ok {
				if i, err = s.c.Listings.Instrument(ctx, tx, r.Instrument); err != nil {
					return err
				}
				known[r.Instrument] = i
			}
			out = append(out, s.recordOf(r, i))
		}
		return nil
	})
	return out, err
}

// recordOf writes a run as the platform takes it: money in yuan, hours with one decimal, times to the hour.
func (s *Service) recordOf(r Run, i Instrument) Record {
	kind := "120"
	if r.Class == Outside {
		kind = "130"
	}
	hour := func(t time.Time) string { return t.In(s.Zone()).Format("2006-01-02 15") }
	x := Record{Run: r, Cells: []string{string(r.ID), i.UnitNo, i.OwnNo, r.Price.Yuan(), HoursText(r.Minutes), hour(r.From), hour(r.To), i.Title[0], r.Way,
		r.samples(), r.Project, r.UserOrg, kind, r.Direction}}
	for _, field := range []string{"insCode", "innerId", "serviceWay", "serviceDirection"} {
		if x.Cells[slices.Index(RecordHead, field)] == "" {
			x.Lacking = append(x.Lacking, field)
		}
	}
	return x
}

// samples are counted where samples were sent, else the use itself.
func (r Run) samples() string {
	if r.Way == "3" && r.Samples > 0 {
		return strconv.Itoa(r.Samples)
	}
	return "1"
}

// Mark keeps what the platform said of records: sent, or failed with a problem. What failed is tried again by Retry; what was
// taken stays.
func (s *Service) Mark(ctx context.Context, who access.Actor, ids []unit.ID, ok bool, problem string) error {
	problem, err := line("problem", strings.TrimSpace(problem), !ok)
	if err != nil {
		return err
	}
	return s.eachRecord(ctx, who, ids, "record", func(tx *db.Tx, r *Run, i Instrument) error {
		if r.Record == "sent" {
			return fault.New(fault.Conflict, "usage.reported")
		}
		if lacking := s.recordOf(*r, i).Lacking; ok && len(lacking) > 0 {
			return fault.New(fault.Conflict, "usage.lacking", "fields", strings.Join(lacking, ", "))
		}
		r.Tries++
		r.Record, r.Problem = "sent", ""
		if !ok {
			r.Record, r.Problem = "failed", problem
		}
		return nil
	})
}

// Retry puts records that failed among those that wait again.
func (s *Service) Retry(ctx context.Context, who access.Actor, ids []unit.ID) error {
	return s.eachRecord(ctx, who, ids, "retry", func(_ *db.Tx, r *Run, _ Instrument) error {
		if r.Record != "failed" {
			return fault.New(fault.Conflict, "usage.not_failed")
		}
		r.Record = "unsent"
		return nil
	})
}

func (s *Service) eachRecord(ctx context.Context, who access.Actor, ids []unit.ID, act string, change func(*db.Tx, *Run, Instrument) error) error {
	if len(ids) == 0 || len(ids) > rowsMax {
		return fault.New(fault.Invalid, "usage.chosen", "most", rowsMax).On("run")
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			r, i, err := s.run(ctx, tx, who, id)
			if err != nil {
				return err
			}
			if r.Class != Inside && r.Class != Outside {
				return fault.New(fault.Conflict, "usage.not_settled", "no", r.LogNo)
			}
			if err := change(tx, &r, i); err != nil {
				return err
			}
			if err := updateRun(ctx, tx, r); err != nil {
				return err
			}
			if err := s.record(ctx, tx, who, act, "run/"+string(r.ID), r.Record); err != nil {
				return err
			}
		}
		return nil
	})
}

func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}
