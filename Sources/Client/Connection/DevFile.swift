import Glibc
import JobModel

/// What a running `chassis dev` tells the other commands: `dev.json` in its state directory.
struct DevFile: Equatable, Sendable {
    /// The processes, by their ids.
    struct Processes: Equatable, Sendable {
        var scheduler: Int32?
        var workers: [Int32] = []
        var postgres: Int32?
        var model: Int32?
    }

    /// Where it is, as seen from the directory in which `chassis dev` was started.
    static let usualPath = ".chassis/dev.json"
    private static let maximumBytes = 1 << 16
    private static let addressPrefix = "http://127.0.0.1:"

    let address: String
    let token: String
    /// The address of the database.
    let postgres: String
    /// The directory of the store.
    let store: String
    let processes: Processes

    init(address: String, token: String, postgres: String, store: String, processes: Processes) {
        self.address = address
        self.token = token
        self.postgres = postgres
        self.store = store
        self.processes = processes
    }

    /// Reads the file, or returns nil when there is none.
    init?(at path: String) throws(ClientError) {
        guard LocalFile.exists(path) else { return nil }
        let bytes = try LocalFile.read(path, maximumBytes: Self.maximumBytes)
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch {
            throw .file(path: path, reason: "\(error); remove it, or give --address and --token-file")
        }
        let pids = json["pids"] ?? .null
        self.init(
            address: json.text("address"),
            token: json.text("token"),
            postgres: json.text("postgres"),
            store: json.text("store"),
            processes: Processes(
                scheduler: pids.optionalNumber("scheduler").flatMap(Int32.init(exactly:)),
                workers: pids.list("workers").compactMap { $0.integerValue.flatMap(Int32.init(exactly:)) },
                postgres: pids.optionalNumber("postgres").flatMap(Int32.init(exactly:)),
                model: pids.optionalNumber("model").flatMap(Int32.init(exactly:))
            )
        )
    }

    /// Why nobody should go where the file says; nil when it may well be of the user's own `chassis dev`.
    func doubt(at path: String) -> String? {
        let wayOut = "remove it, or give --address and --token-file"
        guard FileSystem.status(path)?.st_uid == geteuid() else { return "it belongs to another user; \(wayOut)" }
        let port = address.hasPrefix(Self.addressPrefix) ? UInt16(address.dropFirst(Self.addressPrefix.count)) : nil
        guard let port, address == Self.address(port: port) else {
            return "'chassis dev' is at \(Self.addressPrefix)PORT, and the file says '\(address)'; \(wayOut)"
        }
        return nil
    }

    /// Where the scheduler of `chassis dev` is.
    static func address(port: UInt16) -> String { addressPrefix + String(port) }

    /// The file's content.
    var json: JSONValue {
        var pids: JSONObject = [:]
        if let scheduler = processes.scheduler { pids["scheduler"] = .integer(Int64(scheduler)) }
        pids["workers"] = .array(processes.workers.map { .integer(Int64($0)) })
        if let postgres = processes.postgres { pids["postgres"] = .integer(Int64(postgres)) }
        if let model = processes.model { pids["model"] = .integer(Int64(model)) }
        return [
            "address": .string(address), "token": .string(token), "postgres": .string(postgres),
            "store": .string(store), "pids": .object(pids),
        ]
    }
}
