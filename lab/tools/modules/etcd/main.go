// The etcd server itself; the module's own main package lives in a module that pulls in far more than the server.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
