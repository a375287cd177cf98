import CLibPQ

/// What the server answers, result by result.
extension PostgresConnection {
    /// Takes one result of the exchange, or the nil behind the results of a statement.
    ///
    /// - Returns: False when there is nothing more to take now.
    func take(_ result: OpaquePointer?, _ pointer: OpaquePointer) -> Bool {
        guard let awaited = exchange?.awaited else { return false }
        switch awaited {
        case .pipeline(let names, let syncs, let rows): return takeOfPipeline(result, names, syncs: syncs, rows)
        case .results, .copy: return takeOfScript(result, pointer, awaited)
        }
    }

    /// Has the rows of the statement whose results are next come one by one, where somebody takes them so.
    func askForSingleRows() {
        guard let exchange, case .pipeline(let names, _, _?) = exchange.awaited, exchange.place == names.count - 1
        else {
            return
        }
        // Where it is refused there is nothing but the news that a statement before has failed.
        _ = PQsetSingleRowMode(link?.handle.pointer)
    }

    private func takeOfPipeline(
        _ result: OpaquePointer?,
        _ names: [String?],
        syncs: Int,
        _ rows: RowTaker?
    ) -> Bool {
        guard let result else {
            if PQstatus(link?.handle.pointer) != CONNECTION_OK { return false }
            exchange?.place += 1
            askForSingleRows()
            return true
        }
        let storage = ResultStorage(result)
        let place = exchange?.place ?? 0
        let isTold = exchange?.syncs == 0
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            exchange?.syncs += 1
            guard exchange?.syncs == syncs else { return true }
            finish()
            return false
        case PGRES_PIPELINE_ABORTED: break
        case PGRES_SINGLE_TUPLE: rows?(PostgresResult(storage))
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            if names.indices.contains(place), let name = names[place] {
                prepared.insert(name)
            } else if isTold {
                exchange?.results.append(PostgresResult(storage))
            }
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            endUnsupported(result)
            return false
        default:
            let error = Self.error(of: result)
            // A pooler gave this client another server connection: its names are not known there.
            if error.sqlState == "26000" { prepared = [] }
            if isTold { note(error) }
        }
        return true
    }

    private func takeOfScript(_ result: OpaquePointer?, _ pointer: OpaquePointer, _ awaited: Awaited) -> Bool {
        guard let result else {
            guard PQstatus(pointer) == CONNECTION_OK else { return false }
            _ = PQenterPipelineMode(pointer)
            finish()
            return false
        }
        let storage = ResultStorage(result)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            exchange?.results.append(PostgresResult(storage))
        case PGRES_COPY_IN:
            if case .copy(let rows) = awaited { copy(rows, pointer) } else { _ = PQputCopyEnd(pointer, "not expected") }
            flush()
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            endUnsupported(result)
            return false
        default: note(Self.error(of: result))
        }
        return true
    }

    /// Gives up a connection that is in the middle of a copy which nobody carries out: libpq answers each look with the same
    /// result, for ever, and so would keep the one thread of all connections.
    private func endUnsupported(_ result: OpaquePointer) {
        end(.unsupportedReply(String(cString: PQresStatus(PQresultStatus(result)))))
    }

    private func copy(_ rows: [[UInt8]], _ pointer: OpaquePointer) {
        for row in rows {
            let isTaken = row.withUnsafeBytes { bytes in
                PQputCopyData(pointer, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
            }
            guard isTaken == 1 else { break }
        }
        _ = PQputCopyEnd(pointer, nil)
    }

    private func note(_ error: PostgresError) { if exchange?.error == nil { exchange?.error = error } }

    private static func error(of result: OpaquePointer) -> PostgresError {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let state = field("C") else {
            let text = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
            return text.isEmpty
                ? .unsupportedReply(String(cString: PQresStatus(PQresultStatus(result))))
                : .connectionLost(reason: text.split(whereSeparator: \.isNewline).joined(separator: "; "))
        }
        return .server(
            sqlState: state,
            message: field("M") ?? "",
            detail: field("D"),
            constraint: field("n")
        )
    }
}
