package localdb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// An identity is as whom PostgreSQL's programs run. They refuse to run as
// root, and as a user without an entry in the passwd file.
type identity struct {
	namespace  *syscall.SysProcIDMap // seen as this uid, in a user namespace
	groups     *syscall.SysProcIDMap
	credential *syscall.Credential // really as another user, who must own the data
}

// executable is this program, even when the file it came from is gone or new.
func executable() string { return "/proc/self/exe" }

func setProcessName(name string) { _ = os.WriteFile("/proc/self/comm", []byte(name), 0) }

// attributes returns how to start a program as i, so that it gets the signal
// when this process ends, however it ends. Start it from a locked thread.
func (i identity) attributes(atEnd syscall.Signal) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Pdeathsig: atEnd, Setpgid: true, Credential: i.credential}
	if i.namespace != nil {
		attributes.Cloneflags = syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{*i.namespace}
		attributes.GidMappings = []syscall.SysProcIDMap{*i.groups}
	}
	return attributes
}

// identify finds out as whom PostgreSQL can run here on the data in pg.
//
// As ourselves, if it lets us. Else in a user namespace in which we seem to be
// nobody: files stay ours, and nobody else need be let in. Else, as root
// without user namespaces (many containers), as postgres or nobody.
func identify(ctx context.Context, initdb, pg string) (identity, error) {
	if os.Geteuid() != 0 {
		if _, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
			return identity{}, nil
		}
	} else if owner := credentialOf(pg); owner != nil {
		return identity{credential: owner}, nil
	}
	unprivileged, err := unprivilegedUser()
	if err != nil {
		return identity{}, err
	}
	inside := identity{
		namespace: &syscall.SysProcIDMap{ContainerID: int(unprivileged.Uid), HostID: os.Geteuid(), Size: 1},
		groups:    &syscall.SysProcIDMap{ContainerID: int(unprivileged.Gid), HostID: os.Getegid(), Size: 1},
	}
	refused := inside.try(ctx, initdb, "/")
	if refused == nil {
		return inside, nil
	}
	if os.Geteuid() != 0 {
		return identity{}, fmt.Errorf("PostgreSQL needs a user with a name, uid %d has none, and user namespaces are not to be had: %w", os.Geteuid(), refused)
	}
	return asOther(ctx, initdb, filepath.Dir(pg), unprivileged)
}

// asOther lets root run PostgreSQL as an unprivileged user, who must be able
// to get to the data.
func asOther(ctx context.Context, initdb, dir string, other *syscall.Credential) (identity, error) {
	// Others may pass, on their way to what they own, but not look around.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // see above
		return identity{}, err
	}
	i := identity{credential: other}
	if err := i.try(ctx, initdb, dir); err != nil {
		return identity{}, fmt.Errorf("PostgreSQL does not run as root, and uid %d cannot get into %s; "+
			"set ONRECORD_DATA to a directory that others may enter, or run as an ordinary user: %w", other.Uid, dir, err)
	}
	return i, nil
}

// try runs `initdb --version`, which root may, to see whether programs start.
func (i identity) try(ctx context.Context, initdb, dir string) error {
	cmd := exec.CommandContext(ctx, initdb, "--version")
	cmd.Dir, cmd.SysProcAttr = dir, i.attributes(syscall.SIGKILL)
	return cmd.Run()
}

// unprivilegedUser is a user other than root that has a name.
func unprivilegedUser() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as uid %d, and the machine has neither a user postgres nor nobody", os.Geteuid())
}

// backends lists the PostgreSQL processes at work in any of the directories.
// Neither the server's pid file nor its socket can tell: both outlive it.
func backends(dirs ...string) []int {
	processes, _ := filepath.Glob("/proc/[0-9]*") // fails on bad patterns only
	var pids []int
	for _, process := range processes {
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		cwd, err := os.Readlink(filepath.Join(process, "cwd"))
		if err != nil || !slices.Contains(dirs, strings.TrimSuffix(cwd, " (deleted)")) || !sameFiles(process) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(process)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// sameFiles reports whether the process sees the same files as we do: in a
// container, a path is that of another directory.
func sameFiles(process string) bool {
	ours, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return true // cannot be told apart
	}
	theirs, err := os.Readlink(filepath.Join(process, "ns/mnt"))
	return err != nil || theirs == ours
}

// canSeeBackends says whether an empty list of backends can be believed.
const canSeeBackends = true
