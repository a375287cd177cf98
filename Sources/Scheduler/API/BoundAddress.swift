/// Where the API is reached.
package struct BoundAddress: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
