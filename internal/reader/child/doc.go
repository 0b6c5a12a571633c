// Package child reads a document in a process of its own.
//
// The idea: what a stranger uploads is parsed by a second process of the same program, which has no environment, may
// write no file, and has limits of memory, processor time and time. Whatever a hostile file does to its parser, it does
// there: the process ends, and the caller answers with a refusal.
//
// The guarantee: Read returns within Config.Time, in which the child has ended or has been killed; a child that dies is
// told as reader.bomb (memory, time, or too long an answer) or reader.damaged (a crash), and a refusal of the reader
// crosses over with its code and arguments. At most Config.Slots children run at once; who comes later waits.
//
// What it does not do: it is no sandbox against a parser that is made to call the system; the limit on memory is kept
// by the kernel on Linux only and by the Go runtime elsewhere. The rule comes from the project's issue 4: uploads are
// parsed with limits, in a process of their own.
package child
