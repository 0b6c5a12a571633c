package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"corridor/internal/catalogue/kinds"
)

func checkKindsCommand() *cobra.Command {
	var asJSON, schema bool
	c := &cobra.Command{
		Use:   "kinds [DIR…]",
		Short: "Check kinds of listing: names, types, codes, words in both languages",
		Long: `Checks every kind (NAME.yaml, with its lists in codes/) of each folder, or the program's own without one. Prints for each
problem the file, line and column, the line itself, what is wrong and what to do. Exits with 1 if there is a problem.
With --schema it prints the JSON Schema of a kind's file for editors.`,
		RunE: func(cmd *cobra.Command, dirs []string) error {
			if schema {
				b, err := kinds.JSONSchema()
				if err == nil {
					_, err = cmd.OutOrStdout().Write(b)
				}
				return err
			}
			return checkKinds(dirs, asJSON, cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of a kind's file")
	return c
}

func checkKinds(dirs []string, asJSON bool, out io.Writer) error {
	open := os.DirFS
	if len(dirs) == 0 {
		dirs, open = []string{"kinds of the program"}, func(string) fs.FS { return kinds.Files }
	}
	all := []kinds.Problem{}
	for _, name := range dirs {
		problems, n, err := kinds.Check(open(name))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%s holds no kind", name)
		}
		all = append(all, problems...)
		if asJSON {
			continue
		}
		for _, p := range problems {
			fmt.Fprintln(out, p.Error())
		}
		fmt.Fprintf(out, "%s: %d 种资源 kinds, %d 处问题 problems\n", name, n, len(problems))
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(all); err != nil {
			return err
		}
	}
	if len(all) > 0 {
		return errSaid
	}
	return nil
}
