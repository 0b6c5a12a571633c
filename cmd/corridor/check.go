package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/scheme"
)

func checkCommand() *cobra.Command {
	var asJSON bool
	var lang, diagrams string
	c := &cobra.Command{
		Use:   "check PATH…",
		Short: "Check schemes: names, units, words, tests, and that no money is lost",
		Long: `Checks each scheme that PATH names: its folder, a single file, or a folder of many; a sheet.yaml is a score sheet. Prints for each problem the
file, line and column, the line itself, what is wrong and what to do. Exits with 1 if there is a problem.
With --diagram it draws the stages of each as SVG into a folder.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if lang != "zh" && lang != "en" {
				return usageError{fmt.Errorf("--lang %s: zh or en", lang)}
			}
			return check(paths, asJSON, fault.Lang(lang), diagrams, cmd.OutOrStdout())
		},
	}
	c.AddCommand(checkKindsCommand())
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&lang, "lang", "zh", "language of the report: zh or en")
	c.Flags().StringVar(&diagrams, "diagram", "", "folder into which the stages of each scheme are drawn")
	return c
}

func check(paths []string, asJSON bool, lang fault.Lang, diagrams string, out io.Writer) error {
	var packs []string
	for _, p := range paths {
		found, err := packsIn(p)
		if err != nil {
			return err
		}
		packs = append(packs, found...)
	}
	var all scheme.Problems
	var good []*scheme.Scheme
	for _, dir := range packs {
		if filepath.Base(dir) == sheetFile {
			problems, err := checkSheet(dir)
			if err != nil {
				return err
			}
			all = append(all, problems...)
			if !asJSON {
				scheme.Report(out, problems, lang)
				fmt.Fprintf(out, "%s: %d 处问题 problems\n", dir, len(problems))
			}
			continue
		}
		root, rest := split(dir)
		s, problems := scheme.Load(os.DirFS(root), rest)
		if len(problems) == 0 {
			problems = append(scheme.Check(s), scheme.RunTests(s)...)
			good = append(good, s)
			if err := draw(diagrams, s, lang); err != nil {
				return err
			}
		}
		all = append(all, problems...)
		if !asJSON {
			scheme.Report(out, problems, lang)
			fmt.Fprintf(out, "%s: %d 处问题 problems\n", dir, len(problems))
		}
	}
	// What parents and children ask of one another is seen only when they are looked at together.
	together := scheme.Together(good)
	all = append(all, together...)
	if !asJSON {
		scheme.Report(out, together, lang)
	}
	if asJSON {
		if all == nil {
			all = scheme.Problems{}
		}
		if err := json.NewEncoder(out).Encode(all); err != nil {
			return err
		}
	}
	if len(all) > 0 {
		return errSaid
	}
	return nil
}

// sheetFile is the name of a score sheet.
const sheetFile = "sheet.yaml"

// checkSheet says all that is wrong with a score sheet.
func checkSheet(path string) (scheme.Problems, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, problems := scheme.LoadSheet(path, b)
	return problems, nil
}

// draw writes the diagram of a scheme into the folder, if there is one: voucher-340000-2026-1.svg.
func draw(folder string, s *scheme.Scheme, lang fault.Lang) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("folder of the diagrams: %w", err)
	}
	name := s.ID
	if !s.Shared() {
		name += "-" + s.Jurisdiction + "-" + s.Edition
	}
	if err := os.WriteFile(filepath.Join(folder, name+".svg"), scheme.Diagram(s, lang), 0o600); err != nil {
		return fmt.Errorf("diagram of %s: %w", s.ID, err)
	}
	return nil
}

// packsIn lists the schemes that a path names: itself, or the folders below it that hold a scheme.yaml, and score sheets.
func packsIn(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var out []string
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err == nil && d.Name() == "scheme.yaml":
			out = append(out, filepath.Dir(p))
		case err == nil && d.Name() == sheetFile:
			out = append(out, p)
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s holds no scheme.yaml", path)
	}
	return out, err
}

// split parts a path into the root that `extends` counts from, a folder called schemes if there is one, and the rest.
func split(path string) (root, rest string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return ".", path
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if filepath.Base(dir) == "schemes" || dir == filepath.Dir(dir) {
			if dir == filepath.Dir(dir) {
				dir = filepath.Dir(abs)
			}
			rest, err := filepath.Rel(dir, abs)
			if err != nil {
				return filepath.Dir(abs), filepath.Base(abs)
			}
			return dir, filepath.ToSlash(rest)
		}
	}
}
