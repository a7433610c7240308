import { type ListRequestsRequest, OrderBy } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type LedgerRow, placeOf, type RowCursor, type RowOrder, type RowOrderBy } from "../core/ledger.ts";
import { invalid } from "./stats-invalid.ts";

const defaultPageSize = 50;
const largestPageSize = 200;

export interface Page {
  readonly limit: number;
  readonly after: RowCursor | undefined;
  readonly order: RowOrder;
}

/** Which page is asked for. Throws InvalidArgument. */
export function pageOf({ pageSize, pageToken, orderBy, ascending }: ListRequestsRequest): Page {
  if (pageSize > largestPageSize) {
    throw invalid(`'page_size' is ${pageSize}; the largest is ${largestPageSize}. Follow 'next_page_token' for more.`);
  }
  const order = { by: orderOf(orderBy), ascending };
  const after = pageToken === "" ? undefined : cursorOf(pageToken, order);
  return { limit: pageSize === 0 ? defaultPageSize : pageSize, after, order };
}

function orderOf(order: OrderBy): RowOrderBy {
  switch (order) {
    case OrderBy.UNSPECIFIED:
    case OrderBy.START:
      return "start";
    case OrderBy.COST:
      return "cost";
    case OrderBy.DURATION:
      return "duration";
    case OrderBy.TOKENS:
      return "tokens";
    default:
      throw invalid(
        `'order_by' is ${order}; it takes ORDER_BY_START, ORDER_BY_COST, ORDER_BY_DURATION and ORDER_BY_TOKENS.`,
      );
  }
}

const orderText = ({ by, ascending }: RowOrder): string => `${by}${ascending ? "+" : "-"}`;

/** Says behind which row of which order the next page begins, so rows that come meanwhile move nothing. */
export const pageToken = (row: LedgerRow, order: RowOrder): string =>
  Buffer.from(`${orderText(order)}/${placeOf(row, order.by)}/${row.id}`).toString("base64url");

function cursorOf(token: string, order: RowOrder): RowCursor {
  const text = Buffer.from(token, "base64url").toString();
  const [, of, place, id] = /^([a-z]+[+-])\/(-?\d{1,19})\/(.+)$/s.exec(text) ?? [];
  if (place === undefined || id === undefined || BigInt.asIntN(64, BigInt(place)) !== BigInt(place)) {
    throw invalid("'page_token' is not one that was given out. Send 'next_page_token' of the page before, or none.");
  }
  if (of !== orderText(order)) {
    throw invalid("'page_token' is of another order. Send the 'order_by' and 'ascending' of the page before with it.");
  }
  return { place: BigInt(place), id };
}
