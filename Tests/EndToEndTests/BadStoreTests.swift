import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A store that is missing, full, not writable, does not read back what was written, or that a path leaves, met by the
/// real programs.
@Suite struct BadStoreTests {
    @Test(.timeLimit(.minutes(5)), arguments: BadStore.all)
    func isRefusedAtTheStart(_ bad: BadStore) async throws {
        let folder = Folder()
        defer { folder.remove() }
        try await expectRefusals(of: bad.make(folder), bad.says)
        if access(folder.path + "/outside", F_OK) == 0 { #expect(Self.names(in: folder.path + "/outside").isEmpty) }
    }

    @Test(.enabled(if: TemporaryMount.isPossible, "mounting needs root"), .timeLimit(.minutes(5)))
    func isRefusedAtTheStartWhenMountedBadly() async throws {
        for bad in BadStore.mounted {
            let folder = Folder()
            defer { folder.remove() }
            let store = try bad.make(folder)
            defer { umount2(store, Int32(MNT_DETACH)) }
            // Root may write everywhere, so the programs run as nobody where that is what is looked at.
            try await expectRefusals(
                of: store,
                bad.says,
                script: bad.says.contains("forbids")
                    ? #"exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@""# : #"exec "$@""#
            )
            #expect(Self.names(in: store + "/tmp").isEmpty)
        }
    }

    /// A store whose file system returns something else than was written: a library between program and system alters
    /// what is read.
    @Test(.timeLimit(.minutes(5))) func isRefusedWhenItDoesNotReadBack() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let source = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <unistd.h>
            static ssize_t altered(const char *name, int fd, char *to, size_t count, off_t at) {
                ssize_t (*real)(int, void *, size_t, off_t) = (ssize_t (*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, name);
                ssize_t got = real(fd, to, count, at);
                if (got > 100) to[100] ^= 1;
                return got;
            }
            ssize_t pread(int fd, void *to, size_t count, off_t at) { return altered("pread", fd, to, count, at); }
            ssize_t pread64(int fd, void *to, size_t count, off_t at) { return altered("pread64", fd, to, count, at); }
            """
        let library = folder.path + "/altered.so"
        let compiler = ChildProcess([
            "clang", "-shared", "-fPIC", "-o", library, folder.file("altered.c", source), "-ldl",
        ])
        try #require(await compiler.ended() == .exited(0), "\(compiler.output)")
        let store = folder.directory("store")
        try await expectRefusals(
            of: store,
            "something else than was written; use another file system",
            script: #"LD_PRELOAD=$ALTERED exec "$@""#,
            adding: ["ALTERED": library]
        )
        #expect(Self.names(in: store + "/tmp").isEmpty)
    }

    /// The third job's output is more than there is room for: the jobs before it keep theirs, and with more room the run
    /// goes on from there.
    @Test(.enabled(if: TemporaryMount.isPossible, "mounting needs root"), .timeLimit(.minutes(5)))
    func losesNothingWhenItFillsInTheMiddleOfARun() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let mount = try TemporaryMount(at: fleet.directory + "/store", options: "size=64k,mode=755")
        let worker = fleet.worker("only")
        func job(_ name: String, _ size: Int, after needs: String) -> String {
            let script = "echo \(name) >> \(fleet.directory)/ran; printf %0\(size)d 0"
            return
                "  \(name): {command: [sh, -c, \"\(script)\"], needs: [\(needs)], retry: {attempts: 2, delay: 1ms}}\n"
        }
        let source =
            "name: fill\njobs:\n" + job("a", 20_000, after: "") + job("b", 20_000, after: "a")
            + job("c", 60_000, after: "b")
        let run = try await fleet.submit(
            "fill",
            source,
            [
                .init(name: "a", kind: "command"), .init(name: "b", kind: "command", needs: ["a"]),
                .init(name: "c", kind: "command", needs: ["b"]),
            ]
        )
        #expect(try await fleet.end(of: run) == "failed")
        let error = try await fleet.pool.query(
            "SELECT error->>'code' AS code, error->>'message' AS message FROM chassis.done WHERE state = 'failed'"
        ).rows
        try #require(try error.map { try $0.string("code") } == ["store"])
        #expect(try error[0].string("message").contains("the store is full at \(mount.path)/"))
        #expect(try error[0].string("message").hasSuffix("make room, or raise the quota"))
        #expect(Self.names(in: mount.path + "/tmp").isEmpty)

        try mount.change(to: "size=1m")
        _ = try await RunStore(fleet.pool).retry(run, repeatingUnknown: false)
        try await Notifications.sendReady(["default"], on: fleet.pool)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(Fleet.read(fleet.directory + "/ran").split(separator: "\n").prefix(3) == ["a", "b", "c"])
        #expect(Fleet.read(fleet.directory + "/ran").split(separator: "\n").dropFirst(3).allSatisfy { $0 == "c" })
        await worker.killAndWait()
        #expect(await worker.line { $0.contains("the store cannot be used") } != nil)
        mount.unmount()
        await fleet.close()
    }

    /// Nothing is run whose result could not be kept.
    @Test(.enabled(if: TemporaryMount.isPossible, "mounting needs root"), .timeLimit(.minutes(5)))
    func runsNothingWhileItIsReadOnly() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let mount = try TemporaryMount(at: fleet.directory + "/store", options: "size=1m,mode=755")
        let worker = fleet.worker("only")
        _ = await worker.line { $0.contains("the session has begun") }
        try mount.makeReadOnly()
        let source = """
            name: still
            jobs:
              a: {command: [sh, -c, "echo ran >> \(fleet.directory)/ran"], retry: {attempts: 2, delay: 1ms}}
            """
        let run = try await fleet.submit("still", source, [.init(name: "a", kind: "command")])
        #expect(try await fleet.end(of: run) == "failed")
        let message = try await fleet.pool.query("SELECT error->>'message' AS text FROM chassis.done").rows[0]
        #expect(try message.string("text").contains("the store is read-only at \(mount.path)/"))
        #expect(Fleet.read(fleet.directory + "/ran").isEmpty)

        try mount.change(to: "size=1m")
        _ = try await RunStore(fleet.pool).retry(run, repeatingUnknown: false)
        try await Notifications.sendReady(["default"], on: fleet.pool)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(Fleet.read(fleet.directory + "/ran") == "ran\n")
        await worker.killAndWait()
        mount.unmount()
        await fleet.close()
    }

    /// Starts a scheduler and a worker over a store that both must refuse.
    private func expectRefusals(
        of store: String,
        _ says: String,
        script: String = #"exec "$@""#,
        adding variables: [String: String] = [:]
    ) async throws {
        let conninfo = try await TestDatabase.migrated()
        for (program, more) in [("chassis-scheduler", ["--listen", "127.0.0.1:0"]), ("chassis-worker", [])] {
            let call = await Call.of(
                program,
                ["--postgres", conninfo, "--store", store] + more,
                script: script,
                adding: variables
            )
            #expect(call.isRefusal(1, ["\(program): ", says]), "\(call)")
        }
    }

    private static func names(in directory: String) -> [String] {
        guard let entries = opendir(directory) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }
    }
}
