import Glibc
import Synchronization
import TestSupport

/// A host of its own, as far as the network goes: one link leads from it to this one.
///
/// The kernel removes it with the process that holds it, which ends with the tests.
struct NetworkNamespace {
    private static let made = Atomic<Int>(0)

    private let holder: ChildProcess
    private let link: String
    /// This host's address on the link.
    let address: String

    /// Whether this user may make one, on this kernel.
    @Sendable static func isAllowed() async -> Bool {
        await run("unshare --net ip link add near type veth peer name far") == .exited(0)
    }

    /// - Precondition: It is allowed.
    static func make() async -> NetworkNamespace {
        let number = made.wrappingAdd(1, ordering: .relaxed).oldValue
        let network = "10.213.\((Int(getpid()) + number) % 256)"
        let link = "chassis-\(getpid() % 100_000)-\(number)"
        let holder = ChildProcess([
            "unshare", "--net", "sh", "-c", "echo held; while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done",
        ])
        _ = await holder.line { $0 == "held" }
        let ending = await run(
            """
            set -e
            ip link add \(link) type veth peer name far netns \(holder.pid)
            ip address add \(network).1/30 dev \(link)
            ip link set \(link) up
            nsenter --net=/proc/\(holder.pid)/ns/net sh -ec \
                "ip link set lo up; ip address add \(network).2/30 dev far; ip link set far up"
            """
        )
        precondition(ending == .exited(0), "the link cannot be made")
        return NetworkNamespace(holder: holder, link: link, address: "\(network).1")
    }

    /// What starts a program in it.
    var prefix: [String] { ["nsenter", "--net=/proc/\(holder.pid)/ns/net"] }

    /// Drops whatever is sent over the link; nobody is told.
    func cut() async { await set("down") }

    /// Has the link carry again.
    func heal() async { await set("up") }

    /// Removes it.
    func close() async { await holder.killAndWait() }

    private func set(_ state: String) async {
        let ending = await Self.run("ip link set \(link) \(state)")
        precondition(ending == .exited(0), "the link cannot be set \(state)")
    }

    private static func run(_ script: String) async -> ChildProcess.Ending {
        await ChildProcess(["sh", "-c", script]).ended()
    }
}
