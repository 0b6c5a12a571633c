// Command corridor runs a node or a whole demonstration community, and holds the tools that check what a node says.
//
// Each command is a thin door: it reads its flags, joins the rooms it needs through package node, calls them, and prints what
// they answer. It exits with 0 when what was asked for holds, with 1 when it does not, and with 2 when it was asked wrongly. A
// refusal is printed in both languages, and the operator's chain of causes after it. The command decides nothing of the trade
// and keeps nothing of its own. The words of the commands are fixed in the README and in docs/operating.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/node"
)

// errSaid is a failure that the command has told already: only the exit code is left.
var errSaid = errors.New("said already")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program but the exit: 0 done, 1 what was asked for does not hold, 2 asked for wrongly.
func run(args []string, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use:           "corridor",
		Short:         "One innovation community, run by several governments together",
		Version:       node.Version() + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	root.AddCommand(demoCommand(), serveCommand(), readCommand(), checkCommand(), simulateCommand(), replayCommand(), verifyCommand(), auditCommand(), postCommand(), keyCommand(), rehearseCommand(), recoverCommand(), epochCommand(),
		backupCommand(), restoreCommand(), migrateCommand(), importCommand(), benchCommand(), soakCommand())
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSaid):
		return 1
	}
	var f *fault.Error
	if errors.As(err, &f) {
		fmt.Fprintf(errs, "%s\n%s\n", f.Sentence(fault.ZH), f.Sentence(fault.EN))
	}
	fmt.Fprintf(errs, "%s: %v\n", cmd.CommandPath(), err)
	if f == nil && isUsage(err) {
		return 2
	}
	return 1
}

// usageError is a command asked for wrongly.
type usageError struct{ error }

func isUsage(err error) bool {
	var u usageError
	return errors.As(err, &u)
}
