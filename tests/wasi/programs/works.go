// Arguments, environment, files, clocks and the exit code, by Go's wasip1 port.
package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func files(folder string) {
	path := filepath.Join(folder, "notes.txt")
	check(os.WriteFile(path, []byte("one two"), 0o644))
	check(os.MkdirAll(filepath.Join(folder, "a", "b"), 0o755))
	check(os.Rename(path, filepath.Join(folder, "a", "b", "moved.txt")))
	text, err := os.ReadFile(filepath.Join(folder, "a", "b", "moved.txt"))
	check(err)
	entries, err := os.ReadDir(filepath.Join(folder, "a", "b"))
	check(err)
	fmt.Println("files:", string(text), len(entries), entries[0].Name())
	check(os.RemoveAll(filepath.Join(folder, "a")))
	_, err = os.ReadFile(filepath.Join(folder, "nothing"))
	fmt.Println("missing:", errors.Is(err, fs.ErrNotExist))
}

func main() {
	fmt.Println("arguments:", os.Args[1:])
	fmt.Println("environment:", os.Environ())
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println("input:", err)
	if len(os.Args) > 1 {
		files(os.Args[1])
	}
	start := time.Now()
	time.Sleep(2 * time.Millisecond)
	fmt.Println("clocks:", time.Since(start) >= 2*time.Millisecond)
	_, err = rand.Read(make([]byte, 16))
	check(err)
	os.Exit(42)
}
