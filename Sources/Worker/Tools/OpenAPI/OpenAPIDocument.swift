import JobModel
import Workflow

/// An OpenAPI document of version 3.0 or 3.1, as far as it tells which requests a service takes.
struct OpenAPIDocument: Sendable {
    /// The most operations that are looked at.
    static let maximumOperations = 5_000

    /// Why a document is none.
    struct Fault: Error, Equatable {
        let reason: String
    }

    private let value: JSONValue

    init(_ value: JSONValue) throws(Fault) {
        if let version = value["swagger"]?.stringValue {
            throw Fault(reason: "it is written in Swagger \(version); convert it to OpenAPI 3")
        }
        guard let version = value["openapi"]?.stringValue else {
            throw Fault(reason: "it is no OpenAPI document: it has no key openapi with the version")
        }
        guard version.hasPrefix("3.0") || version.hasPrefix("3.1") else {
            throw Fault(reason: "it is written in OpenAPI \(version); 3.0 and 3.1 are known")
        }
        guard case .object? = value["paths"] else { throw Fault(reason: "it has no paths, so it says of no operation") }
        self.value = value
    }

    /// The address of the service by the document, relative where it is written so.
    var server: String {
        let server = value["servers"]?[0]
        var url = server?["url"]?.stringValue ?? "/"
        for (name, variable) in server?["variables"]?.objectValue ?? [:] {
            url.replace("{\(name)}", with: variable["default"]?.stringValue ?? "")
        }
        return url
    }

    /// The operations that are offered, as they are kept, and how many had to be left out with the first reason.
    ///
    /// - Parameter isOffered: Says of an operation's name and its tags whether it is.
    func operations(
        effect: (_ name: String, _ method: HTTPMethod) -> Effect,
        isOffered: (_ name: String, _ tags: [String]) -> Bool
    ) -> (kept: [JSONValue], leftOut: [String]) {
        var kept: [JSONValue] = []
        var leftOut: [String] = []
        var seen = 0
        let schemas = OpenAPISchemas(document: value)
        for (path, item) in value["paths"]?.objectValue ?? [:] {
            guard let item = schemas.resolved(item), path.hasPrefix("/") else { continue }
            for method in HTTPMethod.allCases {
                guard let operation = item[method.rawValue.lowercased()], operation.objectValue != nil else { continue }
                seen += 1
                guard seen <= Self.maximumOperations else {
                    return (kept, leftOut + ["all operations behind the first \(Self.maximumOperations)"])
                }
                let name = operation["operationId"]?.stringValue ?? "\(method.rawValue.lowercased())\(path)"
                let tags = (operation["tags"]?.arrayValue ?? []).compactMap(\.stringValue)
                guard isOffered(name, tags) else { continue }
                var reader = OpenAPIOperationReader(method: method, path: path, item: item, document: value)
                do throws(Fault) {
                    kept.append(try reader.entry(operation, named: name, effect: effect(name, method)))
                } catch {
                    leftOut.append("\(name): \(error.reason)")
                }
            }
        }
        return (kept.sorted { ($0["name"]?.stringValue ?? "") < ($1["name"]?.stringValue ?? "") }, leftOut)
    }
}
