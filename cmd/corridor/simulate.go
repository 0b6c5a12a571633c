package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/demo"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/internal/web"
	"corridor/schemes"
)

const (
	simulatedOrgs = 10_000    // unless another number is asked for
	simulatedMost = 5_000_000 // organisations of one run
)

// simulateFlags are what the command is asked for.
type simulateFlags struct {
	orgs           int
	against        string
	asJSON, asHTML bool
	lang, budget   string
	assume         []string
	seed           uint64
}

func simulateCommand() *cobra.Command {
	var f simulateFlags
	c := &cobra.Command{
		Use:   "simulate SCHEME",
		Short: "Run an edition over a made-up registry before it is in force",
		Long: `Runs the scheme whose folder SCHEME names over made-up organisations, each of which applies once with the form that the
scheme's tests give. Prints who qualifies by city, size and industry, which rule shuts most out, what it costs and when the
budget ends; with --against, who changes sides from another edition (a folder, or the name of one beside SCHEME).
A node's page of the edition does the same over the node's own registry.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.lang != "zh" && f.lang != "en" {
				return usageError{fmt.Errorf("--lang %s: zh or en", f.lang)}
			}
			if f.orgs < 1 || f.orgs > simulatedMost {
				return usageError{fmt.Errorf("--orgs %d: 1 to %d", f.orgs, simulatedMost)}
			}
			return simulate(args[0], f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().IntVar(&f.orgs, "orgs", simulatedOrgs, "how many organisations")
	c.Flags().StringVar(&f.against, "against", "", "the edition to compare with")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&f.asHTML, "html", false, "print a page that needs nothing else")
	c.Flags().StringVar(&f.budget, "budget", "", "the budget in yuan; without one it does not end")
	c.Flags().StringArrayVar(&f.assume, "assume", nil, "a fact that no registry knows, for all: form.contract_sum=48000 yuan")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "of the made-up organisations")
	c.Flags().StringVar(&f.lang, "lang", "zh", "language of the report: zh or en")
	return c
}

func simulate(name string, f simulateFlags, out, errs io.Writer) error {
	s, err := loadPack(name, f.lang, errs)
	if err != nil {
		return err
	}
	config, err := f.config(s, errs)
	if err != nil {
		return err
	}
	now, err := f.run(s, config)
	if err != nil {
		return err
	}
	found := web.Simulated{Simulation: now, Synthetic: true}
	if f.against != "" {
		old, err := loadPack(beside(name, f.against), f.lang, errs)
		if err != nil {
			return err
		}
		was, err := f.run(old, config)
		if err != nil {
			return err
		}
		d, err := scheme.Against(was, now)
		if err != nil {
			return err
		}
		found.Difference = &d
	}
	fmt.Fprintln(errs)
	switch {
	case f.asJSON:
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(found)
	case f.asHTML:
		return web.SimulationPaper(out, found, fault.Lang(f.lang))
	}
	printSimulation(out, found, fault.Lang(f.lang))
	return nil
}

func (f simulateFlags) run(s *scheme.Scheme, c scheme.SimulateConfig) (*scheme.Simulation, error) {
	return s.Simulate(population(s, f.orgs, f.seed), c)
}

// population are made-up organisations of the jurisdiction of an edition, on its first day.
func population(s *scheme.Scheme, n int, seed uint64) scheme.Firms {
	day := s.InForce[0].Day()
	if !day.Valid() {
		day = unit.Date(2026, 1, 1)
	}
	return demo.Population(n, unit.Region(s.Jurisdiction), day, seed)
}

// config reads the assumptions and says how far the run is.
func (f simulateFlags) config(s *scheme.Scheme, errs io.Writer) (c scheme.SimulateConfig, err error) {
	c.Progress = func(done int) { fmt.Fprintf(errs, "\r%s: %d / %d", s.ID, done, f.orgs) }
	if f.budget != "" {
		if c.Budget, err = unit.ParseFen(f.budget); err != nil {
			return c, usageError{fmt.Errorf("--budget %s: %w", f.budget, err)}
		}
	}
	c.Assume, err = s.Assume(f.assume)
	if err != nil {
		return c, usageError{err}
	}
	return c, nil
}

// loadPack loads a scheme from a folder, or from the packs that the program carries.
func loadPack(name, lang string, errs io.Writer) (*scheme.Scheme, error) {
	var fsys fs.FS = schemes.FS
	rest := path.Clean(strings.TrimPrefix(strings.TrimSuffix(name, "/"), "schemes/"))
	if _, err := os.Stat(name); err == nil {
		var root string
		root, rest = split(name)
		fsys = os.DirFS(root)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s, problems := scheme.Load(fsys, rest)
	if len(problems) > 0 {
		scheme.Report(errs, problems, fault.Lang(lang))
		return nil, fmt.Errorf("%s: %d problems", name, len(problems))
	}
	return s, nil
}

// beside is the folder of another edition: as it is named, or next to the scheme's own.
func beside(name, edition string) string {
	if strings.Contains(edition, "/") {
		return edition
	}
	return path.Join(path.Dir(strings.TrimSuffix(name, "/")), edition)
}

func printSimulation(out io.Writer, x web.Simulated, lang fault.Lang) {
	t := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	name := scheme.SegmentName(unit.GB2260(), x.Day(), lang)
	fmt.Fprintf(out, "%s %s (sha256 %.12s)\n", x.Title.In(lang), x.Edition, x.Digest)
	fmt.Fprintln(out, t("主体均为虚构。", "The organisations are made up."))
	fmt.Fprintf(out, t("主体 %d 家：符合 %d，不符合 %d，无法判断 %d。\n", "%d organisations: %d qualify, %d do not, %d cannot be judged.\n"), x.Firms, x.Qualify, x.ShutOut, x.NotKnown)
	fmt.Fprintf(out, t("合计 %s 元。\n", "In all %s yuan.\n"), x.Sum)
	if x.BudgetEnds.Valid() {
		fmt.Fprintf(out, t("预算 %s 元于 %s 用完，此前 %d 家获支持。\n", "The budget of %s yuan ends on %s; %d are served before.\n"), x.Budget, x.BudgetEnds, x.Served)
	}
	fmt.Fprintf(out, "\n%s\n", t("哪条规则挡住的最多（不通过 / 仅因它 / 未知）", "Which rule shuts most out (fails / alone / unknown)"))
	for _, r := range x.Rules {
		fmt.Fprintf(out, "%7d %7d %7d  %s\n", r.Fails, r.Alone, r.Unknown, r.Words.In(lang))
	}
	for _, cut := range cutsShown {
		fmt.Fprintf(out, "\n%s\n", cut.words.In(lang))
		for _, seg := range x.Cuts[cut.name] {
			fmt.Fprintf(out, "%7d / %-7d %16s  %s\n", seg.Qualify, seg.Firms, seg.Sum, name(cut.name, seg.Key))
		}
	}
	if d := x.Difference; d != nil {
		fmt.Fprintf(out, "\n"+t("与 %s 相比：新符合 %d，不再符合 %d，多得 %d，少得 %d，不变 %d，金额差 %s 元。\n", "Against %s: %d gain, %d lose, %d get more, %d get less, %d the same; %s yuan in all.\n"),
			d.From, d.Gain, d.Lose, d.More, d.Less, d.Same, d.Sum)
		for _, c := range d.Changes {
			fmt.Fprintf(out, "%s  %s -> %s  %s\n", c.Firm, c.Was, c.Is, c.RuleWords.In(lang))
		}
	}
}

var cutsShown = []struct {
	name  string
	words fault.Words
}{{"city", fault.Words{"按城市（符合 / 全部，金额）", "By city (qualify / all, sum)"}}, {"size", fault.Words{"按规模", "By size"}}, {"industry", fault.Words{"按行业门类", "By industry"}}}
