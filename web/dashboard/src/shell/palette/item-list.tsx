import { KeyCaps } from "../keys/key-caps.tsx";
import type { Item, ItemGroup } from "./item.ts";
import classes from "./palette.module.css";

interface ItemListProps {
  readonly id: string;
  readonly groups: readonly ItemGroup[];
  readonly active: Item | undefined;
  optionId(item: Item): string;
  /** The pointer is on it. */
  onPoint(item: Item): void;
  onChoose(item: Item): void;
}

/** The lines under the field; the focus stays in the field. */
export function ItemList({ id, groups, active, optionId, onPoint, onChoose }: ItemListProps) {
  return (
    <div id={id} role="listbox" aria-label="Results" className={classes.list}>
      {groups.map(({ heading, items }) => (
        <fieldset key={heading} className={classes.group} aria-label={heading}>
          <div className={classes.heading} aria-hidden>
            {heading}
          </div>
          {items.map((item) => (
            <button
              key={item.id}
              id={optionId(item)}
              type="button"
              role="option"
              aria-selected={item === active}
              tabIndex={-1}
              className={classes.item}
              // Not on entering: a list that scrolls under a resting pointer is not pointed at.
              onMouseMove={() => item !== active && onPoint(item)}
              // The focus stays in the field.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(item)}
            >
              <item.icon size={16} stroke={1.75} aria-hidden />
              <span className={classes.label}>{item.label}</span>
              {item.hint !== undefined && <span className={classes.hint}>{item.hint}</span>}
              {item.keys !== undefined && (
                <span className={classes.keys} aria-hidden>
                  <KeyCaps keys={item.keys} />
                </span>
              )}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
