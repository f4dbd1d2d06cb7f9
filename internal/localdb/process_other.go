//go:build !linux

package localdb

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// An identity is as whom PostgreSQL's programs run: here, always ourselves.
type identity struct {
	credential *syscall.Credential
}

func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func setProcessName(string) {}

func (i identity) attributes(syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: i.credential}
}

func identify(context.Context, string, string) (identity, error) {
	if os.Geteuid() == 0 {
		return identity{}, errors.New("PostgreSQL does not run as root; run as an ordinary user, or set DATABASE_URL")
	}
	return identity{}, nil
}

// backends cannot be listed here; PostgreSQL's own pid file has to do.
func backends(...string) []int { return nil }

const canSeeBackends = false
