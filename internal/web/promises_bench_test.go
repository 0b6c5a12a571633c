package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// BenchmarkPlanOf10000OverHTTP opens the pages of a plan of 10,000 tasks as a browser does, one connection: who has
// signed in, the list that the tasks stand in, and every way to look at them. It says the middle and the slowest of each.
func BenchmarkPlanOf10000OverHTTP(b *testing.B) {
	h := open(b)
	ctx := context.Background()
	token := h.officer("p@node.example", "planner", "")
	planner, err := h.c.Access.Session(ctx, token)
	if err != nil {
		b.Fatal(err)
	}
	plan, list := planOf10000(b, h, planner)
	server := httptest.NewServer(h.s)
	defer server.Close()
	client := server.Client()
	for _, c := range []struct{ name, path string }{
		{"agreement", "/agreements/" + string(plan)}, {"tasks", "/tasks?agreement=" + string(plan)}, {"page-100", "/tasks?page=100&agreement=" + string(plan)},
		{"board", "/tasks?view=board&agreement=" + string(plan)}, {"timeline", "/tasks?view=timeline&agreement=" + string(plan)}, {"map", "/tasks?view=map&agreement=" + string(plan)},
		{"matrix", "/tasks?view=matrix&agreement=" + string(plan)}, {"late", "/tasks?view=late&agreement=" + string(plan)}, {"red", "/tasks?light=red&agreement=" + string(plan)},
		{"search", "/tasks?q=9999&agreement=" + string(plan)}, {"list", "/lists/" + string(list)}, {"plans", "/plans"}, {"leader", "/tasks/leader"}, {"practical", "/practical"}, {"party", "/parties?key=310000"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			before := spent(b)
			bytes := 0
			for b.Loop() {
				r, err := http.NewRequestWithContext(ctx, "GET", server.URL+c.path, nil)
				if err != nil {
					b.Fatal(err)
				}
				r.AddCookie(&http.Cookie{Name: h.s.cookie(), Value: token})
				began := time.Now()
				w, err := client.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				body, err := io.ReadAll(w.Body)
				w.Body.Close()
				took = append(took, time.Since(began))
				if err != nil || w.StatusCode != 200 {
					b.Fatal(w.StatusCode, err, string(body))
				}
				bytes = len(body)
			}
			cpu := spent(b) - before
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/middle")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms/slowest")
			b.ReportMetric(float64(cpu.Microseconds())/1000/float64(len(took)), "ms/CPU")
			b.ReportMetric(float64(bytes)/1024, "KiB")
		})
	}
}

// spent is the processor time of this process so far, browser's side included: what a page costs whatever else the
// machine does.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// planOf10000 sets up a plan by the operations of its room: due days over two years, four leads, partners with what they
// give, nodes, and all of it in one list.
func planOf10000(b *testing.B, h *house, planner access.Actor) (plan, list unit.ID) {
	b.Helper()
	ctx := context.Background()
	r := h.c.Agreements
	codes := []string{"310000", "320000", "330000", "340000"}
	a := agreement.Agreement{Title: "一万项任务的计划（虚构）", Form: agreement.Plan, Text: "计划", Lamps: "regional"}
	for _, c := range codes {
		a.Signers = append(a.Signers, agreement.Party{Code: c})
	}
	a, err := r.Add(ctx, planner, a)
	if err != nil {
		b.Fatal(err)
	}
	l, err := r.AddList(ctx, planner, agreement.List{Plan: a.ID, Name: fault.Words{"清单"}, Public: true})
	if err != nil {
		b.Fatal(err)
	}
	const all, each = 10_000, 500
	for from := 0; from < all; from += each {
		tasks := make([]agreement.Task, each)
		ids := make([]unit.ID, each)
		for i := range tasks {
			n := from + i
			due := unit.Date(2025, time.March, 3).Add(n * 730 / all)
			tasks[i] = agreement.Task{Title: fmt.Sprintf("第 %d 项任务", n), Lead: agreement.Party{Code: codes[n%4], Budget: 100}, Partners: []agreement.Party{{Code: codes[(n+1)%4], Budget: 50}}, Due: due,
				Region: unit.Region([]string{"310117", "320500", "330100", "340100"}[n%4]), Milestones: []agreement.Milestone{{Title: "中期", Due: due.Add(-30)}, {Title: "初稿", Due: due.Add(-60)}}}
		}
		planned, err := r.Plan(ctx, planner, a.ID, tasks)
		if err != nil {
			b.Fatal(err)
		}
		for i := range planned {
			ids[i] = planned[i].ID
		}
		if err := r.Enlist(ctx, planner, l.ID, "板块", ids); err != nil {
			b.Fatal(err)
		}
	}
	return a.ID, l.ID
}
